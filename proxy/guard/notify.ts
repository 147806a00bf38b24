import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../../shared/logger';
import type { Channel, Notification } from './notification';
import { snsChannel, type SnsTopic } from './sns';
import { webhookChannel } from './webhook';

export interface Notifier {
  /** Returns at once; each channel is tried three times, faults are logged and counted. */
  notify(notification: Notification): void;
  close(): Promise<void>;
}

/** Called with how every delivery ended. */
export type OnNotified = (channel: Channel['name'], result: 'delivered' | 'failed') => void;

export interface NotifierOptions {
  /** Gets the notification as JSON by POST. */
  readonly webhookUrl?: URL | undefined;
  /** Gets it published. Without either there is only the log. */
  readonly snsTopic?: SnsTopic | undefined;
  /** ms for each attempt; default 3 s. */
  readonly timeout?: number;
  /** ms before the second attempt, doubled before the third; default 500. */
  readonly retryDelay?: number;
  readonly onNotified?: OnNotified;
}

const ATTEMPTS = 3;
const MAX_UNDER_WAY = 100;

/** Notifies every channel. Nothing waits for it, and no channel for another. */
export function createNotifier(options: NotifierOptions, logger: Logger): Notifier {
  const { webhookUrl, snsTopic, timeout = 3_000, retryDelay = 500, onNotified = () => undefined } = options;
  const channels = [
    ...(webhookUrl === undefined ? [] : [webhookChannel(webhookUrl)]),
    ...(snsTopic === undefined ? [] : [snsChannel(snsTopic)]),
  ];
  const underWay = new Set<Promise<void>>();
  const closing = new AbortController();

  const deliver = async (channel: Channel, notification: Notification): Promise<void> => {
    const { routeId } = notification;
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      try {
        await attemptWithin(timeout, channel, notification);
        onNotified(channel.name, 'delivered');
        return;
      } catch (error) {
        const { name, place } = channel;
        logger.warn({ err: error, channel: name, place, routeId, attempt }, 'notification not delivered');
        if (attempt === ATTEMPTS || closing.signal.aborted) break;
        await delay(retryDelay * attempt, undefined, { signal: closing.signal }).catch(() => undefined);
      }
    }
    onNotified(channel.name, 'failed');
  };

  return {
    notify(notification) {
      for (const channel of channels) {
        if (underWay.size >= MAX_UNDER_WAY) {
          logger.error({ routeId: notification.routeId }, 'too many notifications in flight; one was dropped');
          onNotified(channel.name, 'failed');
          continue;
        }
        const delivery = deliver(channel, notification).finally(() => underWay.delete(delivery));
        underWay.add(delivery);
      }
    },
    async close() {
      closing.abort();
      await Promise.all(underWay);
      for (const channel of channels) channel.close();
    },
  };
}

/** The limit holds for all of an attempt: an SDK that looks for its credentials does not hear the signal. */
async function attemptWithin(limit: number, channel: Channel, notification: Notification): Promise<void> {
  const signal = AbortSignal.timeout(limit);
  const isOver = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error(`no answer within ${limit} ms`)));
  });
  await Promise.race([channel.send(notification, signal), isOver]);
}

import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../../shared/logger';
import type { Evidence } from '../overrides/state';

/** What somebody should know at once. */
export interface Notification {
  readonly event: 'route-returned-to-legacy';
  readonly routeId: string;
  readonly by: string;
  readonly why: string;
  readonly at: Date;
  readonly evidence: Evidence;
}

export interface Notifier {
  /** Returns at once; delivery is tried three times, faults are logged. */
  notify(notification: Notification): void;
  /** Ends what is under way. */
  close(): Promise<void>;
}

export interface NotifierOptions {
  /** Gets the notification as JSON by POST; undefined: only the log. */
  readonly webhookUrl: URL | undefined;
  /** ms for each attempt; default 3 s. */
  readonly timeout?: number;
  /** ms before the second attempt, doubled before the third; default 500. */
  readonly retryDelay?: number;
}

const ATTEMPTS = 3;
const MAX_UNDER_WAY = 100;

/** Tells a webhook. `text` in the body is what Slack, Mattermost and the like show. */
export function createNotifier(options: NotifierOptions, logger: Logger): Notifier {
  const { webhookUrl, timeout = 3_000, retryDelay = 500 } = options;
  const underWay = new Set<Promise<void>>();
  const closing = new AbortController();

  const post = async (url: URL, body: string): Promise<void> => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body,
      // A redirect would turn the POST into a GET of somewhere else.
      redirect: 'error',
      signal: AbortSignal.timeout(timeout),
    });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`the webhook answered ${response.status}`);
  };

  const deliver = async (url: URL, notification: Notification): Promise<void> => {
    const { routeId, why } = notification;
    const body = JSON.stringify({ text: `Banyan returned ${routeId} to legacy: ${why}`, ...notification });
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      try {
        await post(url, body);
        return;
      } catch (error) {
        // The URL may hold a secret, so only its host is named.
        logger.warn({ err: error, host: url.host, routeId, attempt }, 'notification was not delivered');
        if (attempt === ATTEMPTS || closing.signal.aborted) return;
        await delay(retryDelay * attempt, undefined, { signal: closing.signal }).catch(() => undefined);
      }
    }
  };

  return {
    notify(notification) {
      if (webhookUrl === undefined) return;
      if (underWay.size >= MAX_UNDER_WAY) {
        logger.error({ routeId: notification.routeId }, 'too many notifications at once; one is not sent');
        return;
      }
      const delivery = deliver(webhookUrl, notification).finally(() => underWay.delete(delivery));
      underWay.add(delivery);
    },
    async close() {
      closing.abort();
      await Promise.all(underWay);
    },
  };
}

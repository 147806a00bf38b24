import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '../logging';
import { readJob, type ReportJob } from './job';
import type { QueuedMessage, ReportQueue } from './queue';

/** After so many deliveries the queue puts a message aside, into its dead-letter queue. */
const MAX_DELIVERIES = 3;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

interface ConsumerDeps {
  readonly queue: Pick<ReportQueue, 'receive' | 'remove'>;
  readonly process: (job: ReportJob) => Promise<'stored' | 'known'>;
  /** Receives a job that was delivered for the last time and could not be processed. */
  readonly giveUp: (job: ReportJob) => Promise<void>;
  readonly logger: Logger;
}

/**
 * Takes jobs from the queue as they come and processes them. What could not be processed stays in the queue and comes again.
 *
 * @returns stops waiting at once, and resolves when the jobs at hand are processed
 */
export function startConsumer({ queue, process, giveUp, logger }: ConsumerDeps): () => Promise<void> {
  const closing = new AbortController();
  const { signal } = closing;
  const isClosing = () => signal.aborted;

  /** Whether the message is settled and can be removed. */
  const handle = async ({ id, body, deliveries }: QueuedMessage): Promise<boolean> => {
    let job: ReportJob | undefined;
    try {
      job = readJob(body);
      const outcome = await process(job);
      logger.info({ jobId: job.jobId, outcome, deliveries }, 'report job');
      return true;
    } catch (error) {
      logger.error({ err: error, jobId: job?.jobId, messageId: id, deliveries }, 'report job failed');
    }
    if (job && deliveries >= MAX_DELIVERIES) {
      await giveUp(job).catch((error: unknown) => {
        logger.error({ err: error, jobId: job.jobId }, 'report job could not be given up');
      });
    }
    return false;
  };

  const takeSome = async (): Promise<void> => {
    const messages = await queue.receive(signal);
    const settled = await Promise.all(messages.map(handle));
    await queue.remove(messages.filter((_message, index) => settled[index]));
  };

  const loop = async (): Promise<void> => {
    let waitMs = FIRST_PAUSE_MS;
    while (!isClosing()) {
      try {
        await takeSome();
        waitMs = FIRST_PAUSE_MS;
      } catch (error) {
        if (isClosing()) return;
        logger.error({ err: error }, 'report queue');
        await pause(waitMs, undefined, { signal }).catch(() => undefined);
        waitMs = Math.min(waitMs * 2, LONGEST_PAUSE_MS);
      }
    }
  };

  const ended = loop();
  return async () => {
    closing.abort();
    await ended;
  };
}

import type { ReportJob } from './job';

/** A message as the queue has delivered it. Until it is removed it comes again after a while. */
export interface QueuedMessage {
  readonly id: string;
  /** For {@link ReportQueue.remove}; another one at each delivery. */
  readonly receipt: string;
  readonly body: string;
  /** How often it has been delivered, this time included. */
  readonly deliveries: number;
}

/** Where report jobs wait. Jobs may be delivered more than once and in any order. */
export interface ReportQueue {
  /** @throws ReportQueueError if the queue has not taken all of them; it may have taken some */
  send(jobs: readonly ReportJob[]): Promise<void>;
  /** Waits a while for up to ten messages; there may be none. Rejects when `signal` is aborted. */
  receive(signal: AbortSignal): Promise<readonly QueuedMessage[]>;
  /** @throws ReportQueueError if some of them could not be removed and will come again */
  remove(messages: readonly QueuedMessage[]): Promise<void>;
  /** Closes idle connections. */
  close(): void;
}

/** The queue has refused a part of what was asked. */
export class ReportQueueError extends Error {
  override readonly name = 'ReportQueueError';

  constructor(
    readonly action: 'send' | 'remove',
    /** What was not done: job ids or message ids. */
    readonly ids: readonly string[],
    /** The queue's own codes, such as `InternalError`. */
    readonly codes: readonly string[],
  ) {
    super(`The queue could not ${action} ${ids.length} message(s): ${[...new Set(codes)].join(', ')}`);
  }
}

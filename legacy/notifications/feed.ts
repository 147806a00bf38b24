import type { ObjectId } from 'mongodb';
import type { Logger } from '../logging';
import type { NotificationDocument, NotificationStore } from './store';

/**
 * How far behind the last look each look reaches back. Ids begin with their maker's clock in whole seconds and then with a
 * number of its process, so a notification of another instance, of a clock that runs behind, or whose insert took its time
 * can turn up below ids that were seen before. "Everything above the last id" would lose those for ever.
 */
const OVERLAP_MS = 30_000;

interface FeedOptions {
  readonly notifications: NotificationStore;
  readonly pollMs: number;
  readonly logger: Logger;
}

/** One listener's place in the feed. Collects from the moment it is made; delivers from {@link start} on. */
export class Subscription {
  #waiting: NotificationDocument[] = [];
  #deliver = (notification: NotificationDocument): void => {
    this.#waiting.push(notification);
  };
  #end: (() => void) | undefined;
  #ended = false;

  constructor(
    readonly customerAccountId: string,
    private readonly leave: (subscription: Subscription) => void,
  ) {}

  /** Delivers what has been collected and then whatever comes. `end` is called when the feed is closed. */
  start(deliver: (notification: NotificationDocument) => void, end: () => void): void {
    this.#deliver = deliver;
    this.#end = end;
    this.#waiting.forEach(deliver);
    this.#waiting = [];
    if (this.#ended) end();
  }

  offer(notification: NotificationDocument): void {
    this.#deliver(notification);
  }

  end(): void {
    this.#ended = true;
    this.#end?.();
  }

  /** Leaves the feed. May be called more than once. */
  cancel(): void {
    this.leave(this);
  }
}

/**
 * Brings notifications, whichever instance wrote them, to this process's listeners by looking into the collection. There is
 * one poller for all listeners; it starts with the first and stops with the last.
 */
export class NotificationFeed {
  readonly #options: FeedOptions;
  readonly #subscriptions = new Set<Subscription>();
  #poller: Poller | undefined;

  constructor(options: FeedOptions) {
    this.#options = options;
  }

  /** Whether the database is being asked at the moment. */
  get polling(): boolean {
    return this.#poller !== undefined;
  }

  /**
   * Takes a place for one account's listener. What is written after this has resolved is delivered.
   *
   * @throws the database's error if the first look fails
   */
  async subscribe(customerAccountId: ObjectId): Promise<Subscription> {
    const subscription = new Subscription(customerAccountId.toHexString(), (left) => {
      this.#leave(left);
    });
    this.#subscriptions.add(subscription);
    this.#poller ??= new Poller(this.#options, (notification) => {
      this.#publish(notification);
    });
    try {
      await this.#poller.ready;
    } catch (error) {
      subscription.cancel();
      throw error;
    }
    return subscription;
  }

  /** Ends every listener's connection and the polling. */
  close(): void {
    const open = [...this.#subscriptions];
    for (const subscription of open) subscription.end();
    for (const subscription of open) subscription.cancel();
  }

  #publish(notification: NotificationDocument): void {
    const account = notification.customerAccountId.toHexString();
    for (const subscription of this.#subscriptions) {
      if (subscription.customerAccountId === account) subscription.offer(notification);
    }
  }

  #leave(subscription: Subscription): void {
    this.#subscriptions.delete(subscription);
    if (this.#subscriptions.size > 0) return;
    this.#poller?.stop();
    this.#poller = undefined;
  }
}

/** Looks every `pollMs` for notifications that it has not seen, and survives a database that is unavailable for a while. */
class Poller {
  /** Settles after the first look, which only learns what is there already. */
  readonly ready: Promise<void>;
  /** Ids within reach of the next look. */
  #seen: readonly ObjectId[] = [];
  #lookedAt = Date.now();
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(
    private readonly options: FeedOptions,
    private readonly publish: (notification: NotificationDocument) => void,
  ) {
    this.ready = this.#look().then(() => {
      this.#schedule();
    });
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #schedule(): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => void this.#tick(), this.options.pollMs);
  }

  async #tick(): Promise<void> {
    try {
      const fresh = await this.#look();
      if (!this.#stopped) fresh.sort(byTime).forEach(this.publish);
    } catch (error) {
      // The next look reaches back behind the last one that succeeded, so nothing is lost.
      this.options.logger.warn({ err: error }, 'notifications could not be read');
    }
    this.#schedule();
  }

  async #look(): Promise<NotificationDocument[]> {
    const startedAt = Date.now();
    const from = new Date(this.#lookedAt - OVERLAP_MS);
    const fresh = await this.options.notifications.listMadeSince(from, this.#seen);
    // Never back: a clock that is set back would make old notifications look new.
    this.#lookedAt = Math.max(this.#lookedAt, startedAt);
    // Ids hold whole seconds, and the next look begins with a whole one.
    const reach = Math.floor((this.#lookedAt - OVERLAP_MS) / 1000) * 1000;
    const ids = fresh.map(({ _id }) => _id);
    this.#seen = [...this.#seen, ...ids].filter((id) => id.getTimestamp().getTime() >= reach);
    return fresh;
  }
}

type Moment = Pick<NotificationDocument, '_id' | 'createdAt'>;

/** The order in which notifications are delivered and resumed. */
export function byTime(a: Moment, b: Moment): number {
  return a.createdAt.getTime() - b.createdAt.getTime() || a._id.toHexString().localeCompare(b._id.toHexString());
}

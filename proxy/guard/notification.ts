import type { Evidence } from '../overrides/state';

export interface Notification {
  readonly event: 'route-returned-to-legacy';
  readonly routeId: string;
  readonly by: string;
  readonly why: string;
  readonly at: Date;
  readonly evidence: Evidence;
}

export interface Channel {
  readonly name: 'webhook' | 'sns';
  /** Where it leads, for the log: without anything secret. */
  readonly place: string;
  /** Tries once; `signal` ends the attempt, but nothing relies on it. */
  send(notification: Notification, signal: AbortSignal): Promise<void>;
  close(): void;
}

/** The notification as JSON. `text` is what Slack, Mattermost and the like show. */
export function notificationJson(notification: Notification): string {
  const { routeId, why } = notification;
  return JSON.stringify({ text: `Banyan rolled ${routeId} back to legacy: ${why}`, ...notification });
}

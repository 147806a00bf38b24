import { notificationJson, type Channel } from './notification';

/** POSTs the notification as JSON. The URL may hold a secret, so only its host is named. */
export function webhookChannel(url: URL): Channel {
  return {
    name: 'webhook',
    place: url.host,
    async send(notification, signal) {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: notificationJson(notification),
        // A redirect would turn the POST into a GET of somewhere else.
        redirect: 'error',
        signal,
      });
      await response.body?.cancel();
      if (!response.ok) throw new Error(`the webhook answered ${response.status}`);
    },
    close: () => undefined,
  };
}

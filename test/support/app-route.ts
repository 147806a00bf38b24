import type { AppRoute } from '../../proxy/inventory/inventory';

/** A route of an app, as the inventory reports it. */
export const appRoute = (method: string, path: string, more: Partial<AppRoute> = {}): AppRoute => ({
  method,
  path,
  handler: { name: 'x', place: 'app.js:1' },
  middleware: [{ name: 'session', level: 'global', place: 'express-session' }],
  hazards: [],
  renders: false,
  isReadable: true,
  ...more,
});

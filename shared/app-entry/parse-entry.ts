/** Splits `app` of banyan.config.ts: `app.js#createApp` is an export of a file, `server.js` a file that listens. */
export function parseEntry(app: string): { readonly file: string; readonly exported: string | undefined } {
  const [file = '', exported] = app.split('#', 2);
  return { file, exported };
}

import type { Logger } from '../logger';
import { shownMessage } from '../printable';

/** Where Express's body parsers and its decoding of paths throw: the client's fault, told by a 4xx. */
const CLIENT_FAULT = /[\\/]node_modules[\\/](body-parser|raw-body)[\\/]|^URIError: Failed to decode param/;

/**
 * Express prints the stack of every error that its own error page answers, a client's malformed JSON as well. In the log of
 * `npm start` that is ten lines about nobody's code: they become one. Everything else is printed as before.
 *
 * @returns what undoes it
 */
export function shortenClientFaults(console: Pick<Console, 'error'>, logger: Logger): () => void {
  const original = console.error;
  console.error = (...values: unknown[]) => {
    const [text] = values;
    if (values.length === 1 && typeof text === 'string' && CLIENT_FAULT.test(text)) {
      logger.info({}, `    refused by Express: ${shownMessage(text.split('\n', 1)[0] ?? '')}`);
    } else original.apply(console, values);
  };
  return () => (console.error = original);
}

import type { Logger } from '../../../shared/logger';
import { shownMessage } from '../../../shared/printable';

/** Where Express's body parsers and its decoding of paths throw: the client's fault, a 4xx. */
const CLIENT_FAULT = /[\\/]node_modules[\\/](body-parser|raw-body)[\\/]|^URIError: Failed to decode param/;

/** Makes one line of the stack that Express prints for a client's malformed body; everything else is printed as before. Returns what undoes it. */
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

import { validateHeaderName, validateHeaderValue } from 'node:http';
import type { OutgoingRequest } from './send';

const METHOD = /^[!#$%&'*+.^_`|~\w-]+$/;
/** As Node.js decides it in `node:http`: bytes beyond ASCII are sent as they are. Half of a surrogate pair has no encoding but that of U+FFFD. */
const NOT_IN_A_TARGET = /[^\u0021-\u00FF]/u;

/** What keeps a request from being sent at all (RFC 9112 section 3, RFC 9110 section 5.5); undefined where nothing does. */
export function whyUnsendable({ method, path, headers }: Omit<OutgoingRequest, 'body'>): string | undefined {
  if (!METHOD.test(method)) return `${JSON.stringify(method)} is not a method`;
  const odd = NOT_IN_A_TARGET.exec(path);
  if (odd !== null)
    return `its path holds ${JSON.stringify(odd[0])}, which must be encoded: ${encodeURIComponent(Buffer.from(odd[0]).toString())}`;
  for (const [name, value] of headers) {
    try {
      validateHeaderName(name);
      validateHeaderValue(name, value);
    } catch {
      return `its header ${JSON.stringify(name)} has a name or value that cannot be sent`;
    }
  }
  return undefined;
}

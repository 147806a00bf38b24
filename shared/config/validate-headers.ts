import { isRecord, type Faults } from './faults';

/** RFC 9110 section 5: names are tokens, values hold no line breaks. */
export function validateHeaders(path: string, headers: unknown, faults: Faults): void {
  if (!isRecord(headers)) {
    faults.add(path, headers, 'an object of header names and values');
    return;
  }
  for (const [name, value] of Object.entries(headers))
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name) || typeof value !== 'string' || /[\r\n\0]/.test(value))
      faults.add(`${path}.${name}`, value, 'a header name and its text, without line breaks');
}

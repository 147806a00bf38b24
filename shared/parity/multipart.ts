import { decompress } from './decompress';
import { headerValues, type ObservedResponse } from './exchange';

/** Of `multipart/...` (RFC 2046 section 5.1.1). */
const BOUNDARY = /^(multipart\/.*;\s*boundary=)("[^"]{1,70}"|[^\s;"]{1,70})/i;

/** Whether two values of `Content-Type` differ in the boundary alone that each side has made up, and made its own body of. */
export function isSameMultipartType(a: string, b: string, ...sides: readonly ObservedResponse[]): boolean {
  const [one, other] = [a, b].map((type) => type.replace(BOUNDARY, '$1*'));
  return one === other && BOUNDARY.test(a) && sides.every(isOfItsBoundary);
}

/** Whether two bodies differ in their own boundaries alone. */
export function isSameMultipart(...bodies: readonly (readonly [response: ObservedResponse, bytes: Buffer])[]): boolean {
  const [a, b] = bodies.map(([response, bytes]) => withoutBoundary(response, bytes));
  return a !== undefined && a === b;
}

/** A body that is not there, or not kept, says nothing against it. */
function isOfItsBoundary(response: ObservedResponse): boolean {
  const { body } = response;
  return (
    !Buffer.isBuffer(body) || body.length === 0 || withoutBoundary(response, decompress(response, body)) !== undefined
  );
}

/** The body with all delimiters named alike; undefined when none of its lines begins with the boundary that its head names. */
function withoutBoundary(response: ObservedResponse, bytes: Buffer): string | undefined {
  const boundary = BOUNDARY.exec(headerValues(response, 'content-type')[0] ?? '')?.[2]?.replaceAll('"', '');
  if (boundary === undefined) return undefined;
  const escaped = boundary.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  const text = bytes.toString('latin1');
  // Only at the start of a line, and not as the beginning of a longer one.
  const named = text.replaceAll(new RegExp(String.raw`(^|\n)--${escaped}(?=--|[ \t]*\r?\n)`, 'g'), '$1--*');
  return named === text ? undefined : named;
}

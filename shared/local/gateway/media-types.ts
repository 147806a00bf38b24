/**
 * Whether a `Content-Type` or the first type of an `Accept` header is one of the API's binary media types, which may
 * hold wildcards.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-payload-encodings.html
 */
export function isBinary(header: string | undefined, binaryMediaTypes: readonly string[]): boolean {
  const type = header?.split(/[;,]/)[0]?.trim().toLowerCase() ?? '';
  return binaryMediaTypes.some((pattern) => matches(type, pattern.toLowerCase()));
}

function matches(type: string, pattern: string): boolean {
  if (pattern === '*/*') return true;
  return pattern.endsWith('/*') ? type.startsWith(pattern.slice(0, -1)) : type === pattern;
}

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Sends requests that change nothing (RFC 9110, 9.2.1), follows no redirect, and throws TypeError for any other method before anything is sent. */
export function readOnly(send: typeof fetch): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, { redirect: 'manual', ...init });
    if (!SAFE_METHODS.has(request.method))
      throw new TypeError(`smoke tests are read-only: ${request.method} is refused; expected GET, HEAD or OPTIONS`);
    return send(request);
  };
}

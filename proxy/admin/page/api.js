/** The admin API, and the token of this tab. */

const TOKEN_KEY = 'banyan-token';
/** A proxy that hangs must not look alive. */
const TIMEOUT = 5_000;

/* A token given as /#token=... goes to this tab's memory and out of the address. */
const given = new URLSearchParams(location.hash.slice(1)).get('token');
if (given !== null) {
  sessionStorage.setItem(TOKEN_KEY, given);
  history.replaceState(null, '', location.pathname);
}

/** The proxy's own words, and its status. */
export class Refusal extends Error {
  status = 0;
}

/**
 * Reads, or with a body changes.
 *
 * @template T
 * @param {string} path
 * @param {object} [body]
 * @returns {Promise<T>}
 * @throws {Refusal}
 */
export async function ask(path, body) {
  const token = sessionStorage.getItem(TOKEN_KEY);
  const response = await fetch(path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      ...(token !== null && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    body: body === undefined ? null : JSON.stringify(body),
    signal: AbortSignal.timeout(TIMEOUT),
  });
  /** @type {T & { readonly error?: string }} */
  // eslint-disable-next-line @typescript-eslint/no-unsafe-assignment -- the proxy's word for it
  const answer = await response.json().catch(() => ({ error: 'the answer does not come from a proxy' }));
  if (response.ok && answer.error === undefined) return answer;
  const { status } = response;
  throw Object.assign(new Refusal(answer.error ?? `status ${status}`), { status });
}

/**
 * Runs `work` with another token, which is kept unless it is refused.
 *
 * @template T
 * @param {string} token
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withToken(token, work) {
  const before = sessionStorage.getItem(TOKEN_KEY);
  if (token !== '') sessionStorage.setItem(TOKEN_KEY, token);
  try {
    return await work();
  } catch (error) {
    if (error instanceof Refusal && error.status === 401 && token !== '') {
      if (before === null) sessionStorage.removeItem(TOKEN_KEY);
      else sessionStorage.setItem(TOKEN_KEY, before);
    }
    throw error;
  }
}

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

/** Reads, or with a body changes; rejects with what the proxy says, and its `status`. */
export async function ask(path, body) {
  const token = sessionStorage.getItem(TOKEN_KEY);
  const response = await fetch(path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      ...(token !== null && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: AbortSignal.timeout(TIMEOUT),
  });
  const answer = await response.json().catch(() => ({ error: 'the answer does not come from a proxy' }));
  if (response.ok && answer.error === undefined) return answer;
  throw Object.assign(new Error(answer.error ?? `status ${response.status}`), { status: response.status });
}

/** Runs `work` with another token, which is kept unless it is refused. */
export async function withToken(token, work) {
  const before = sessionStorage.getItem(TOKEN_KEY);
  if (token !== '') sessionStorage.setItem(TOKEN_KEY, token);
  try {
    return await work();
  } catch (error) {
    if (error.status === 401 && token !== '') {
      if (before === null) sessionStorage.removeItem(TOKEN_KEY);
      else sessionStorage.setItem(TOKEN_KEY, before);
    }
    throw error;
  }
}

import { BanyanError } from '../../../shared/errors';

const PATIENCE = 5_000;
/** express-session's signed value, as it is in a Set-Cookie header. */
const SIGNED = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+)=s%3A/;

/**
 * Asks a running monolith for its home page, once.
 *
 * @returns the name of the session cookie; undefined when the answer sets none
 * @throws BanyanError `app_unreachable`
 */
export async function askRunningApp(url: URL): Promise<string | undefined> {
  try {
    const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(PATIENCE) });
    await response.body?.cancel();
    return response.headers.getSetCookie().flatMap((cookie) => SIGNED.exec(cookie)?.[1] ?? [])[0];
  } catch (cause) {
    throw new BanyanError(`${url.origin} does not answer; start the monolith, or correct --url`, {
      code: 'app_unreachable',
      cause,
    });
  }
}

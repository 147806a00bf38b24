import { unsign } from '../../../shared/session/unsign';
import { valuesInside } from './values-inside';

/** How a secret that would fit differs from a configured one, in words that follow "signed by". */
interface NearSecret {
  readonly text: string;
  readonly remedy: string;
}

const EXACTLY = 'give both sides exactly the same value; watch for trailing line breaks and shell quotes';
const SWAPPED = 'the two variables are swapped; swap their values back';
const ROTATION = 'write several secrets as a JSON array, newest first, and give the monolith the same list';

/** Whether a token is signed by what became of a configured secret in files, shells or consoles; says how, never a value. */
export function nearSecret(
  token: string,
  secrets: readonly string[],
  encryptionSecret?: string,
): NearSecret | undefined {
  const fits = (secret: string) => secret !== '' && unsign(token, [secret]) !== undefined;
  for (const [index, secret] of secrets.entries()) {
    const name = secrets.length === 1 ? 'the configured secret' : `secret ${index + 1}`;
    if (fits(secret.trim())) return { text: `${name} without the white space around it`, remedy: EXACTLY };
    if (fits(`${secret}\n`) || fits(`${secret}\r\n`))
      return { text: `${name} followed by a line break`, remedy: EXACTLY };
    if (fits(secret.replace(/^(["'])(.*)\1$/s, '$2')))
      return { text: `${name} without the quotes around it`, remedy: EXACTLY };
    if (valuesInside(secret).some(fits)) return { text: `the value inside ${name}`, remedy: EXACTLY };
    if (secret.split(',').some((part) => fits(part.trim())))
      return { text: `a part of ${name}, between commas`, remedy: ROTATION };
  }
  if (encryptionSecret !== undefined && fits(encryptionSecret))
    return { text: 'the secret that encrypts the records', remedy: SWAPPED };
  const whole = [JSON.stringify(secrets), `[${secrets.map((secret) => JSON.stringify(secret)).join(', ')}]`];
  return whole.some(fits) ? { text: 'the JSON array itself, as one secret', remedy: ROTATION } : undefined;
}

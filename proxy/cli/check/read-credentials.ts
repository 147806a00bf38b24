import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Credential } from '../../../shared/session/authenticator';

export interface ReadCredential {
  readonly credential: Credential;
  /** `legacy/auth/api-key.ts:12`. */
  readonly place: string;
}

/** How Express applications get at headers, cookies and query parameters by a name written in the source. */
const READERS: readonly (readonly [kind: 'header' | 'cookie' | 'query', pattern: RegExp])[] = [
  ['header', /\.(?:get|header)\(\s*['"`]([\w-]+)['"`]\s*\)/g],
  ['header', /\bheaders\[\s*['"`]([\w-]+)['"`]\s*\]/g],
  ['header', /\bheaders\??\.(\w+)/g],
  ['cookie', /\b(?:signedCookies|cookies)(?:\??\.(\w+)|\[\s*['"`]([^'"`]+)['"`]\s*\])/g],
  ['query', /\bquery(?:\??\.(\w+)|\[\s*['"`]([\w.-]+)['"`]\s*\])/g],
];

/** Names that identify a caller. */
const TELLING = /api[-_]?key|token|auth|secret|signature|credential|passw/i;
/** Names that look so and are not, or that are the session's own. */
const NOT_A_CREDENTIAL = /csrf|xsrf|^authorization$|^www-authenticate$/i;

/** What source files read of a request that looks like a credential by its name: a guess. Places are relative to `root`. */
export async function readCredentials(files: readonly string[], root: string): Promise<ReadCredential[]> {
  const found = await Promise.all(
    files.map(async (file) => credentialsIn(await readFile(file, 'utf8'), path.relative(root, file))),
  );
  return found.flat();
}

export function credentialsIn(source: string, file: string): ReadCredential[] {
  return source.split('\n').flatMap((line, index) =>
    READERS.flatMap(([kind, pattern]) =>
      [...line.matchAll(pattern)]
        .map(([, dotted, quoted]) => dotted ?? quoted ?? '')
        .filter((name) => TELLING.test(name) && !NOT_A_CREDENTIAL.test(name))
        .map((name) => ({ credential: credential(kind, name), place: `${file}:${index + 1}` })),
    ),
  );
}

function credential(kind: 'header' | 'cookie' | 'query', name: string): Credential {
  if (kind === 'header') return { header: name.toLowerCase() };
  return kind === 'cookie' ? { cookie: name } : { query: name };
}

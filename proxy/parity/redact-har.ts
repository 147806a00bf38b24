import path from 'node:path';
import type { BanyanConfig } from '../../shared/config';
import { usersOf, type Har } from '../../shared/recording/har/har';
import { parseHar } from '../../shared/recording/har/parse-har';
import { writeHar } from '../../shared/recording/har/write-har';
import { createRedactor } from '../../shared/recording/redact/redact-entry';
import { redactionOf } from '../../shared/recording/redact/redaction-of';
import { readText, writeText } from '../../shared/text-file';

export interface RedactOptions {
  readonly input: string;
  readonly output: string;
  readonly overwrite: boolean;
  readonly banyan: BanyanConfig;
}

export interface RedactedHar {
  readonly text: string;
  readonly json: object;
}

/** Takes the secrets out of a browser's recording. Throws ConfigError for a file that is no HAR, BanyanError when reading or writing fails. */
export function redactHar({ input, output, overwrite, banyan }: RedactOptions): RedactedHar {
  const { har, repaired, lost } = parseHar(readText(input, 'input'), path.basename(input));
  const redactor = createRedactor(redactionOf(banyan));
  const entries = har.log.entries.map((entry) => redactor.redact(entry));
  const redacted: Har = { log: { ...har.log, entries } };
  writeText(output, writeHar(redacted), { isNew: !overwrite, isPrivate: true });

  const sessions = new Set(entries.flatMap(({ _banyan: notes }) => [notes?.session, notes?.begins]));
  sessions.delete(undefined);
  const users = [...usersOf(redacted)].map(
    ([session, { login }]) => `${session} ${Object.values(login ?? {}).join(' ')}`,
  );
  const omitted = entries.flatMap(({ _banyan: notes, request }, index) =>
    (notes?.omitted ?? []).map((what) => `log.entries[${index}] (${request.method} ${pathOf(request.url)}): ${what}`),
  );
  const lines = [
    `${entries.length} ${entries.length === 1 ? 'exchange' : 'exchanges'}, ${sessions.size} ${sessions.size === 1 ? 'session' : 'sessions'} written to ${output}.`,
    ...(repaired ? ['The recording is truncated; the complete entries were kept.'] : []),
    ...lost.map(({ what, reason }) => `Left out: ${what}: ${reason}`),
    ...users.map((user) => `  ${user.trim()}`),
    ...omitted.map((what) => `Left out: ${what}`),
    'Passwords, tokens, keys and cookies are removed. Names, addresses and other personal data stay unless parity.redact.paths in',
    'banyan.config.ts names them: review the file before sharing it.',
  ];
  return {
    text: `${lines.join('\n')}\n`,
    json: { output, exchanges: entries.length, sessions: [...sessions], omitted, lost, repaired },
  };
}

function pathOf(url: string): string {
  return URL.canParse(url) ? new URL(url).pathname : url;
}

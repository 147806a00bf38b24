import type { Har } from './har';

/** A HAR file with an entry on each line, so that it can be repaired when it breaks off, and read in a diff. */
export function writeHar({ log: { creator, entries } }: Har): string {
  const head = `{"log":{"version":"1.2","creator":${JSON.stringify(creator)},"entries":[`;
  return `${head}\n${entries.map((entry) => JSON.stringify(entry)).join(',\n')}\n]}}\n`;
}

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { COMMANDS, SUPPORTED } from '../../../../../shared/local/mongo/embedded/supported';

/** The README's table is written for people; this keeps it true. */
const readme = readFileSync(resolve(__dirname, '../../../../../shared/local/mongo/README.md'), 'utf8');

function listed(kind: string): readonly string[] {
  const row = readme.split('\n').find((line) => new RegExp(`^\\| ${kind}\\s+\\|.*\`\\w*\\$?\\w+\``).test(line)) ?? '';
  return Array.from(row.matchAll(/`([^`]+)`/g), ([, name]) => name ?? '');
}

const kinds: readonly (readonly [string, readonly string[]])[] = [
  ['commands', Object.keys(COMMANDS)],
  ...Object.entries(SUPPORTED).map(([kind, { allowed }]) => [kind, [...allowed]] as const),
];

test.each(kinds)('the README lists the supported %s', (kind, names) => {
  expect(listed(kind)).toEqual(names);
});

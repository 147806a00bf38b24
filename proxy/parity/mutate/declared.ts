import { existsSync } from 'node:fs';
import { z } from 'zod';
import { ConfigError } from '../../../shared/errors';
import type { Place } from '../../../shared/config/places';
import { parseYaml, pathText } from '../../../shared/parsed-yaml';
import { readText } from '../../../shared/text-file';
import type { Mutant } from './instrument';

const text = z.string('expected a text').trim().min(1, 'is empty');
const declaredMutant = z.strictObject(
  {
    file: text,
    /** The line, trimmed: it may move. */
    source: text,
    change: text,
    reason: text.min(10, 'is not a reason; state why no client can see it'),
  },
  'expected file, source, change, reason',
);
const schema = z.strictObject({ mutants: z.array(declaredMutant, 'expected a list of mutants') });

/** One mutant that no client can see, and why. */
export type Declared = z.infer<typeof declaredMutant>;

/** Reads `parity.mutants`, which need not exist where the configuration does not name it. Throws ConfigError with every fault and its place. */
export function readDeclared({ path: file, isDefault }: Place): readonly Declared[] {
  if (isDefault && !existsSync(file)) return [];
  const subject = 'Declared mutants';
  const { content, placeOf } = parseYaml(readText(file, 'parity.mutants'), { file, subject });
  const parsed = schema.safeParse(content);
  if (parsed.success) return parsed.data.mutants;
  throw new ConfigError(
    subject,
    parsed.error.issues.map(({ path, message }) => `${placeOf(path)} ${pathText(path)}: ${message}`),
  );
}

export const reasonOf = (declared: readonly Declared[], mutant: Mutant): string | undefined =>
  declared.find(
    ({ file, source, change }) => file === mutant.file && source === mutant.source && change === mutant.change,
  )?.reason;

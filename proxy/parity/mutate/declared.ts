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
    /** The line's text, trimmed, instead of its number, which may change. */
    source: text,
    change: text,
    reason: text.min(10, 'is not a reason; state why no client can see it'),
  },
  'expected file, source, change, reason',
);
const schema = z.strictObject({ mutants: z.array(declaredMutant, 'expected a list of mutants') });

/** A mutant that no client can see, and why. */
export type Declared = z.infer<typeof declaredMutant>;

/** Reads `parity.mutants`; empty when the configuration names no file and the default does not exist. Throws ConfigError with every fault and its place. */
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

export const isFor = ({ file, source, change }: Declared, mutant: Mutant): boolean =>
  file === mutant.file && source === mutant.source && change === mutant.change;

export const reasonOf = (declared: readonly Declared[], mutant: Mutant): string | undefined =>
  declared.find((one) => isFor(one, mutant))?.reason;

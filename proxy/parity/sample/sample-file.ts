import { existsSync } from 'node:fs';
import { BSON, type Db, type Document } from 'mongodb';
import { z } from 'zod';
import { ConfigError } from '../../../shared/errors';
import type { NotRun } from '../../../shared/parity/result';
import type { Place } from '../../../shared/config/places';
import { parseJson } from '../../../shared/session/parse-json';
import { readText } from '../../../shared/text-file';

/** Documents by collection. */
export type Sample = ReadonlyMap<string, readonly Document[]>;

const FILE = z.record(z.string(), z.array(z.looseObject({})));

/** A sample as JSON, with one document per line, in canonical Extended JSON. */
export function sampleText(sample: Sample): string {
  const collections = [...sample].map(([name, documents]) => {
    const lines = documents.map((one) => `    ${BSON.EJSON.stringify(one, { relaxed: false })}`);
    return `  ${JSON.stringify(name)}: [\n${lines.join(',\n')}\n  ]`;
  });
  return `{\n${collections.join(',\n')}\n}\n`;
}

/** Reads a project's sample; empty when the configuration names no file and the default does not exist. Throws ConfigError for a file that is not a sample. */
export function readSample({ path, isDefault }: Place): Sample {
  if (isDefault && !existsSync(path)) return new Map();
  const found = FILE.safeParse(parseJson(readText(path, 'parity.sample.file')));
  if (!found.success) throw new ConfigError(path, ['is not a sample; write one with banyan parity sample']);
  return new Map(
    Object.entries(found.data).map(([name, documents]) => [
      name,
      documents.map((one) => BSON.EJSON.deserialize(one, { relaxed: false }) as Document),
    ]),
  );
}

/** Adds a sample to a database, and reports the documents that an index or a validator refuses. */
export async function loadSample(db: Db, sample: Sample): Promise<readonly NotRun[]> {
  const left: NotRun[] = [];
  for (const [name, documents] of sample) {
    let refused = 0;
    for (const document of documents)
      await db
        .collection(name)
        .insertOne({ ...document })
        .catch(() => (refused += 1));
    if (refused > 0)
      left.push({
        what: `sample: ${refused} of ${documents.length} documents of ${name}`,
        reason: 'the database refuses them: an index or a validator',
      });
  }
  return left;
}

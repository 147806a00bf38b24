import path from 'node:path';
import type { Command } from 'commander';
import { loadBanyanConfig } from '../../../shared/config/load';
import { placesOf } from '../../../shared/config/places';
import { readEnvironment } from '../../../shared/env';
import { writeText } from '../../../shared/text-file';
import { sampleText } from '../../parity/sample/sample-file';
import { takeSample, type SampledCollection } from '../../parity/sample/take-sample';
import type { CliIo, CommonOptions, Finish } from '../cli-io';
import { EXIT } from '../exit-codes';
import { wholeNumber, withCommonOptions } from '../options';
import { withDatabase } from '../with-database';

interface SampleFlags extends CommonOptions {
  readonly most: number;
  readonly out?: string;
  readonly overwrite?: boolean;
}

export function addSampleCommand(parity: Command, io: CliIo, finish: Finish): void {
  withCommonOptions(parity.command('sample'))
    .description(
      'Save the oddest documents of a database, redacted, for parity run --isolated; only reads the database',
    )
    .option('--most <count>', 'documents to take from each collection', wholeNumber(1, 1_000), 50)
    .option('--out <file>', 'file to write (default: parity.sample.file, banyan/parity/sample.json)')
    .option('--overwrite', 'replace an existing file')
    .addHelpText(
      'after',
      '\nparity.sample in banyan.config.ts names the collections and, for each, the fields whose values stay; all other values are replaced.\nVariables: MONGODB_URI, the database',
    )
    .action(async (flags: SampleFlags) => {
      const { banyan, file } = loadBanyanConfig(process.cwd(), flags.config);
      const out = flags.out ?? placesOf(banyan, path.dirname(file)).parity.sample.path;
      const { uri } = readEnvironment(io.env, (read) => ({ uri: read.mongodbUri('MONGODB_URI') }));
      const sampled = await withDatabase(uri, async (db) => takeSample(await db(), { banyan, most: flags.most }));
      const text = sampleText(new Map(sampled.map(({ name, documents }) => [name, documents])));
      writeText(out, text, { isNew: flags.overwrite !== true, isPrivate: true });
      const collections = sampled.map(({ documents, ...one }) => ({ ...one, documents: documents.length }));
      finish({ exitCode: EXIT.fine, text: describe(sampled, out), json: { out, collections } }, flags);
    });
}

function describe(sampled: readonly SampledCollection[], out: string): string {
  const lines = sampled.flatMap(({ name, documents, read, known, shapes, kinds, redacted }) => [
    `${name}: ${documents.length} documents of ${read} read, of about ${known}; ${shapes} shapes, ${kinds.tried} of ${kinds.known} kinds of values`,
    `  redacted: ${redacted.join(', ') || 'nothing'}`,
  ]);
  return [
    ...lines,
    `Written to ${out}. Field names stay, and so do the values that parity.sample keeps: review the file before sharing it.`,
    '',
  ].join('\n');
}

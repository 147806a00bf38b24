import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileStore, noStore, runBatches } from '../../../../lambda/eventsapp/photos/migration/batches';
import {
  INITIAL_SCHEMA,
  parseSchemaState,
  schemaStep,
  type SchemaState,
} from '../../../../lambda/eventsapp/photos/migration/migrate-schema';
import { photoKeys } from '../../../../lambda/eventsapp/photos/repository/single-table';
import { SINGLE_TABLE, startRepositories, type Repositories } from '../../aws/repositories';

const PHOTOS = 120;
const ACCOUNT = 'a'.repeat(24);

/** The single table of a release that did not know the list of an account's largest photos. */
describe('the schema migration of the single table', () => {
  let repositories: Repositories;
  let folder: string;
  let file: string;

  beforeAll(async () => {
    repositories = await startRepositories();
    folder = await mkdtemp(path.join(tmpdir(), 'banyan-schema-'));
    file = path.join(folder, 'state.json');
    for (let number = 1; number <= PHOTOS; number += 1) {
      const id = number.toString(16).padStart(24, '0');
      const about = {
        id,
        eventId: 'e'.repeat(24),
        createdBy: 'b'.repeat(24),
        createdAt: '2026-11-28T10:00:00.000Z',
        title: 'x',
      };
      const photo = {
        ...about,
        customerAccountId: ACCOUNT,
        size: number,
        description: '',
        fileName: 'x',
        contentType: 'image/png',
        key: id,
        sha256: '',
        origin: 'upload' as const,
      };
      const olderKeys = Object.fromEntries(
        Object.entries(photoKeys(photo)).filter(([name]) => !name.startsWith('gsi3')),
      );
      await repositories.documents.putNew({ TableName: SINGLE_TABLE, Item: { ...photo, ...olderKeys } }, 'pk');
    }
    const refused = {
      id: 'f'.repeat(24),
      eventId: 'e'.repeat(24),
      customerAccountId: ACCOUNT,
      createdBy: 'b',
      createdAt: 'c',
      reason: 'r',
    };
    await repositories.byName['single-table'].repository.refuse(refused);
  });
  afterAll(async () => {
    await repositories.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Runs it; with `failing`, each batch's result is lost with that probability, as if the process were killed before it is kept. */
  const run = async (
    more: { dryRun?: boolean; back?: boolean; failing?: () => boolean } = {},
  ): Promise<SchemaState> => {
    const { dryRun = false, back = false, failing = () => false } = more;
    const step = schemaStep({ documents: repositories.documents, table: SINGLE_TABLE, batch: 7, dryRun, back });
    for (;;) {
      try {
        return await runBatches({
          store: dryRun ? noStore<SchemaState>() : fileStore(file, 'schema', parseSchemaState),
          initial: INITIAL_SCHEMA,
          step: async (state) => {
            const result = await step(state);
            if (failing()) throw new Error('killed');
            return result;
          },
          rate: 1e9,
          onProgress: () => undefined,
          isStopped: () => false,
        });
      } catch (error) {
        if (!(error instanceof Error) || error.message !== 'killed') throw error;
      }
    }
  };
  const largest = async (): Promise<readonly number[]> => {
    const found = await repositories.byName['single-table'].repository.listLargest(ACCOUNT, PHOTOS);
    return found.map(({ size }) => size);
  };
  const all = Array.from({ length: PHOTOS }, (_, index) => PHOTOS - index);

  it('says in a dry run what it would do, and does nothing', async () => {
    expect(await run({ dryRun: true })).toMatchObject({ isDone: true, changed: PHOTOS, seen: PHOTOS + 1 });
    expect(await largest()).toEqual([]);
    expect(await readdir(folder)).toEqual([]);
  });

  it('is resumed wherever it ended, changes every item once, and begins again after the end', async () => {
    let batches = 0;
    const { isDone, seen } = await run({ failing: () => (batches += 1) % 3 === 0 });
    expect([isDone, seen]).toEqual([true, PHOTOS + 1]);
    expect(await largest()).toEqual(all);
    expect(await run()).toMatchObject({ changed: 0, seen: PHOTOS + 1 });
  });

  it('does not take the state of something else', async () => {
    await writeFile(file, JSON.stringify({ kind: 'photos-copy', after: null, isDone: false }));
    await expect(run()).rejects.toThrow(/is not the state of schema: name another file/);
    await writeFile(file, (await readFile(file, 'utf8')).slice(0, 10));
    await expect(run()).rejects.toThrow(/is not the state of schema/);
    await rm(file);
  });

  it('has a way back', async () => {
    expect(await run({ back: true })).toMatchObject({ isDone: true, changed: PHOTOS });
    expect(await largest()).toEqual([]);
    const { photos } = await repositories.byName['single-table'].repository.listUploadsOfEvent('e'.repeat(24));
    expect(photos.length).toBe(PHOTOS);
  });
});

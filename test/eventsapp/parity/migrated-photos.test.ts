import { backStep, INITIAL_BACK } from '../../../lambda/eventsapp/photos/migration/copy-back';
import { copyStep, INITIAL_COPY } from '../../../lambda/eventsapp/photos/migration/copy-photos';
import * as photos from '../cases/photos';
import { deleteEventsEventId } from '../cases/delete-event';
import { migrate, photoStoresOf, type PhotoStores } from '../support/photo-stores';
import type { LocalSystem } from '../system';
import { describeSuites } from './describe-parity';

// Before a migration: photos.test.ts.
const SUITES = Object.values(photos);
const ONE = { batch: 1, dryRun: false };

/** As often as both ways end while the cases run: at every moment some photos are copied, one of them half. */
async function migrateForAndBack(system: LocalSystem): Promise<() => Promise<void>> {
  const stores = await photoStoresOf(system);
  let [isOver, rounds] = [false, 0];
  const running = (async () => {
    for (; !isOver || rounds === 0; rounds += 1) {
      await migrate(INITIAL_COPY, copyStep(stores, ONE));
      await migrate(INITIAL_BACK, backStep(stores, ONE));
    }
  })();
  return async () => {
    isOver = true;
    await running;
    expect(rounds).toBeGreaterThan(1);
    await stores.close();
  };
}

async function migrateAll(
  system: LocalSystem,
  then: (stores: PhotoStores) => Promise<unknown> = () => Promise.resolve(),
): Promise<() => Promise<void>> {
  const stores = await photoStoresOf(system);
  const { verified, different, mongoHash, s3Hash } = await migrate(INITIAL_COPY, copyStep(stores, ONE));
  expect([verified, different, mongoHash]).toEqual([5, [], s3Hash]);
  await then(stores);
  return () => stores.close();
}

describe('while photos are migrated', () => describeSuites(SUITES, { begin: migrateForAndBack }));

describe('after the migration', () =>
  describeSuites([...SUITES, deleteEventsEventId], { begin: (system) => migrateAll(system) }));

describe('once the monolith’s photos are retired and gone', () =>
  describeSuites(SUITES, {
    monolithPhotos: 'retired',
    begin: (system) => migrateAll(system, ({ db }) => db.collection('photos').deleteMany({})),
  }));

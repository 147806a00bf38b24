/** `npm run photos:units`: what each access pattern of photos costs in either repository. Decision: lambda/eventsapp/photos/README.md. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Photo, RefusedUpload } from '../../../lambda/eventsapp/photos/photo';
import type { PhotoRepository } from '../../../lambda/eventsapp/photos/repository/photo-repository';
import { startRepositories } from './repositories';

const REPOSITORIES = path.join(__dirname, '../../../lambda/eventsapp/photos/repository');
const EVENT_PHOTOS = 100;
const REFUSED = 5;

function photo(number: number): Photo {
  const id = number.toString(16).padStart(24, '0');
  return {
    id,
    eventId: 'e'.repeat(24),
    customerAccountId: 'a'.repeat(24),
    createdBy: 'b'.repeat(24),
    createdAt: new Date(1_764_000_000_000 + number * 1_000).toISOString(),
    title: `Keynote speech, day ${number}`,
    description: 'Steve walking out on stage',
    fileName: `Keynote speech, day ${number}.jpg`,
    contentType: 'image/jpeg',
    size: 2_345_678 + number,
    key: `uploads/event_${'e'.repeat(24)}/${id}.jpg`,
    sha256: 'f'.repeat(64),
    origin: 'upload',
  };
}

function refused(number: number): RefusedUpload {
  const { id, eventId, customerAccountId, createdBy, createdAt } = photo(number);
  return { id, eventId, customerAccountId, createdBy, createdAt, reason: 'The file is not a picture' };
}

/** In this order: each finds what those before left. */
const PATTERNS: readonly (readonly [string, (repository: PhotoRepository) => Promise<unknown>])[] = [
  ['add a photo', (repository) => repository.add(photo(1_000))],
  ['add it again (event twice)', (repository) => repository.add(photo(1_000))],
  ['find a photo', (repository) => repository.find(photo(1).id)],
  [`list an event's ${EVENT_PHOTOS + 1} photos`, (repository) => repository.listOfEvent(photo(1).eventId)],
  [`... and its ${REFUSED} refused uploads`, (repository) => repository.listUploadsOfEvent(photo(1).eventId)],
  ["list an uploader's photos by title", (repository) => repository.listOfUploader(photo(1).createdBy)],
  ["list an account's 10 largest", (repository) => repository.listLargest(photo(1).customerAccountId, 10)],
  ['change a description', (repository) => repository.changeDetails(photo(2).id, { description: 'on stage' })],
  ['change a title', (repository) => repository.changeDetails(photo(2).id, { title: 'Another title' })],
  ['refuse an upload', (repository) => repository.refuse(refused(2_000))],
  ['find a refusal', (repository) => repository.findRefused(photo(2_000).id)],
  ['remove a photo', (repository) => repository.remove(photo(3).id)],
];

async function main(): Promise<void> {
  const repositories = await startRepositories();
  try {
    const cells: string[][] = [];
    for (const name of ['multi-table', 'single-table'] as const) {
      const { repository, meter } = repositories.byName[name];
      for (let number = 0; number < EVENT_PHOTOS; number += 1) await repository.add(photo(number));
      for (let number = 0; number < REFUSED; number += 1) await repository.refuse(refused(3_000 + number));
      meter.take();
      for (const [index, [, use]] of PATTERNS.entries()) {
        await use(repository);
        const { requests, roundTrips, readUnits, writeUnits, largestItem } = meter.take();
        (cells[index] ??= []).push(`${roundTrips} ${requests} ${readUnits} ${writeUnits} ${largestItem}`);
      }
    }
    print([
      'access pattern',
      'multi-table: round trips, requests, read units, write units, largest item (bytes)',
      'single-table: the same',
    ]);
    print(['---', '---', '---']);
    PATTERNS.forEach(([name], index) => print([name, ...(cells[index] ?? [])]));
    print(['lines of code', ...['multi-table.ts', 'single-table.ts'].map((file) => String(linesOf(file)))]);
  } finally {
    await repositories.close();
  }
}

const print = (cells: readonly string[]): void => void process.stdout.write(`| ${cells.join(' | ')} |\n`);

/** Without blank lines and comments. */
function linesOf(file: string): number {
  const lines = readFileSync(path.join(REPOSITORIES, file), 'utf8').split('\n');
  return lines.filter((line) => !/^\s*(\/\/|\/\*|\*|$)/.test(line)).length;
}

void main();

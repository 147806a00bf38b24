import type { Photo, RefusedUpload } from '../../../../lambda/eventsapp/photos/photo';
import type { PhotoRepository } from '../../../../lambda/eventsapp/photos/repository/photo-repository';
import { startRepositories, type Repositories } from '../../aws/repositories';

let repositories: Repositories;
let ids = 0;

beforeAll(async () => {
  repositories = await startRepositories();
});
afterAll(() => repositories.close());

const newId = (): string => (ids += 1).toString(16).padStart(24, '0');

function makePhoto(more: Partial<Photo> = {}): Photo {
  const id = newId();
  return {
    id,
    eventId: 'e'.repeat(24),
    customerAccountId: 'a'.repeat(24),
    createdBy: 'b'.repeat(24),
    createdAt: '2026-11-28T10:00:00.000Z',
    title: 'Keynote',
    description: '',
    fileName: 'keynote.png',
    contentType: 'image/png',
    size: 1_234,
    key: `uploads/${id}.png`,
    sha256: '0'.repeat(64),
    origin: 'upload',
    ...more,
  };
}

function makeRefused(more: Partial<RefusedUpload> = {}): RefusedUpload {
  const { id, eventId, customerAccountId, createdBy, createdAt } = makePhoto();
  return { id, eventId, customerAccountId, createdBy, createdAt, reason: 'not a picture', ...more };
}

const addAll = (repository: PhotoRepository, photos: readonly Photo[]): Promise<unknown> =>
  Promise.all(photos.map((photo) => repository.add(photo)));

describe.each(['multi-table', 'single-table'] as const)('the %s repository', (name) => {
  let repository: PhotoRepository;
  beforeAll(() => {
    ({ repository } = repositories.byName[name]);
  });

  it('finds what was added, without attributes of its own, and nothing else', async () => {
    const photo = makePhoto({ title: '港 "夜"', description: 'a\nb' });
    expect(await repository.add(photo)).toBe('added');
    expect(await repository.find(photo.id)).toEqual(photo);
    expect(await repository.find(newId())).toBeUndefined();
    expect(await repository.findRefused(photo.id)).toBeUndefined();
  });

  it('keeps the first of two with one id, also at the same time', async () => {
    const photo = makePhoto();
    const outcomes = await Promise.all([1, 2, 3].map((size) => repository.add({ ...photo, size })));
    expect(outcomes.sort()).toEqual(['added', 'known', 'known']);
    const kept = await repository.find(photo.id);
    expect(await repository.add({ ...photo, title: 'another' })).toBe('known');
    expect(await repository.find(photo.id)).toEqual(kept);
  });

  it('lists an event’s photos, oldest first, ids breaking ties, refused ones apart', async () => {
    const eventId = newId();
    const [a, b, c] = [
      makePhoto({ eventId }),
      makePhoto({ eventId }),
      makePhoto({ eventId, createdAt: '2026-11-28T09:59:59.999Z' }),
    ];
    const refused = makeRefused({ eventId, createdAt: '2026-11-28T08:00:00.000Z' });
    await addAll(repository, [b, a, c, makePhoto({ eventId: newId() })]);
    expect(await repository.refuse(refused)).toBe('added');
    expect(await repository.listOfEvent(eventId)).toEqual([c, a, b]);
    expect(await repository.listUploadsOfEvent(eventId)).toEqual({ photos: [c, a, b], refused: [refused] });
    expect(await repository.listOfEvent(newId())).toEqual([]);
  });

  it('lists more than one page of 1 MB', async () => {
    const eventId = newId();
    const photos = Array.from({ length: 12 }, () => makePhoto({ eventId, description: 'x'.repeat(100_000) }));
    await addAll(repository, photos);
    expect(await repository.listOfEvent(eventId)).toEqual(photos);
  });

  it('lists an uploader’s photos by title in UTF-8, ids breaking ties', async () => {
    const createdBy = newId();
    const titles = ['b', 'a b', 'a', 'a#b', 'a', '𝔞', '港', 'B'];
    const photos = titles.map((title) => makePhoto({ createdBy, title }));
    await addAll(repository, photos);
    const byTitle = (x: Photo, y: Photo): number =>
      Buffer.compare(Buffer.from(x.title), Buffer.from(y.title)) || (x.id < y.id ? -1 : 1);
    expect(await repository.listOfUploader(createdBy)).toEqual([...photos].sort(byTitle));
  });

  it('changes a part, and the order by title with it', async () => {
    const createdBy = newId();
    const [first, second] = [makePhoto({ createdBy, title: 'a' }), makePhoto({ createdBy, title: 'b' })];
    await addAll(repository, [first, second]);
    expect(await repository.changeDetails(first.id, { title: 'c' })).toEqual({ ...first, title: 'c' });
    expect((await repository.listOfUploader(createdBy)).map(({ title }) => title)).toEqual(['b', 'c']);
    expect(await repository.changeDetails(first.id, { description: 'd' })).toEqual({
      ...first,
      title: 'c',
      description: 'd',
    });
    expect(await repository.find(first.id)).toEqual({ ...first, title: 'c', description: 'd' });
    expect(await repository.changeDetails(newId(), { title: 'x' })).toBeUndefined();
  });

  it('lists an account’s largest photos', async () => {
    const customerAccountId = newId();
    const sizes = [9, 1_000, 70, 5_242_880];
    await addAll(
      repository,
      sizes.map((size) => makePhoto({ customerAccountId, size })),
    );
    const largest = await repository.listLargest(customerAccountId, 3);
    expect(largest.map(({ size }) => size)).toEqual([5_242_880, 1_000, 70]);
  });

  it('removes from every list, and twice is as once', async () => {
    const photo = makePhoto({ eventId: newId(), createdBy: newId() });
    await repository.add(photo);
    await repository.remove(photo.id);
    await repository.remove(photo.id);
    expect(await repository.find(photo.id)).toBeUndefined();
    expect(await repository.listOfEvent(photo.eventId)).toEqual([]);
    expect(await repository.listOfUploader(photo.createdBy)).toEqual([]);
  });

  it('remembers a refusal, the first one', async () => {
    const refused = makeRefused();
    expect(await repository.refuse(refused)).toBe('added');
    expect(await repository.refuse({ ...refused, reason: 'another' })).toBe('known');
    expect(await repository.findRefused(refused.id)).toEqual(refused);
    expect(await repository.find(refused.id)).toBeUndefined();
  });

  it('pages through all photos, and only photos', async () => {
    const photo = makePhoto();
    await repository.add(photo);
    await repository.refuse(makeRefused());
    const seen: Photo[] = [];
    let after: string | undefined;
    do {
      const page = await repository.scan({ limit: 1, after });
      seen.push(...page.photos);
      after = page.next;
    } while (after !== undefined);
    expect(new Set(seen.map(({ id }) => id)).size).toBe(seen.length);
    expect(seen.filter(({ id }) => id === photo.id)).toEqual([photo]);
  });
});

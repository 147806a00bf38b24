import { findOrphans } from '../../../../lambda/eventsapp/photos/remove-orphaned-photos';
import { removePhotos } from '../../../../lambda/eventsapp/photos/remove-photos';
import type { Photo } from '../../../../lambda/eventsapp/photos/photo';

const photoOf = (id: string, eventId: string): Photo => ({
  ...{ id, eventId, customerAccountId: 'a', createdBy: 'u', createdAt: '', title: id, description: '', fileName: id },
  ...{ contentType: 'image/png', size: 1, key: `uploads/${id}`, sha256: '', origin: 'upload' },
});

/** A table of two photos to a page. */
function tableOf(photos: readonly Photo[]) {
  return {
    scan: ({ after = '0' }: { readonly after?: string | undefined }) => {
      const end = Number(after) + 2;
      const next = end < photos.length ? String(end) : undefined;
      return Promise.resolve({ photos: photos.slice(Number(after), end), next });
    },
  };
}

describe('photos of deleted events', () => {
  const photos = ['1 here', '2 gone', '3 gone', '4 here', '5 other'].map((text) => {
    const [id = '', eventId = ''] = text.split(' ');
    return photoOf(id, eventId);
  });

  it('are found on every page, asking for each event once', async () => {
    const asked: string[] = [];
    const orphans = await findOrphans(tableOf(photos), ({ eventId }) => {
      asked.push(eventId);
      return Promise.resolve(eventId !== 'gone');
    });
    expect(orphans.map(({ id }) => id)).toEqual(['2', '3']);
    expect(asked).toEqual(['here', 'gone', 'other']);
    expect(await findOrphans(tableOf([]), () => Promise.resolve(false))).toEqual([]);
  });

  it('are not the photos of an event of which another account has an item too', async () => {
    const odd = { ...photoOf('0', 'here'), customerAccountId: 'b' };
    const orphans = await findOrphans(tableOf([odd, ...photos]), ({ customerAccountId }) =>
      Promise.resolve(customerAccountId === 'a'),
    );
    expect(orphans.map(({ id }) => id)).toEqual(['0']);
  });

  it.each([
    // events with photos, gone, refused
    [1, 1, true],
    [2, 1, false],
    [3, 2, true],
    [20, 2, false],
    [20, 3, true],
  ])('of %i events with %i gone: refused is %s, unless forced', async (all, gone, isRefused) => {
    const table = tableOf(Array.from({ length: all }, (_, index) => photoOf(String(index), String(index))));
    const isEvent = ({ eventId }: { readonly eventId: string }) => Promise.resolve(Number(eventId) >= gone);
    const found = findOrphans(table, isEvent);
    if (isRefused)
      await expect(found).rejects.toThrow(
        `MongoDB lacks ${gone} of the ${all} events that have photos: is MONGODB_URI the right database, and up to date? Nothing was removed.`,
      );
    else expect(await found).toHaveLength(gone);
    expect(await findOrphans(table, isEvent, { force: true })).toHaveLength(gone);
  });

  it('are found again until S3 and DynamoDB have both removed them', async () => {
    const [objects, items] = [new Set(photos.map(({ key }) => key)), new Set(photos.map(({ id }) => id))];
    let broken: string | undefined = 'uploads/2';
    const storage = {
      bucket: 'photos',
      s3: {
        send: ({ input }: { readonly input: { readonly Key?: string } }) => {
          if (input.Key === broken) return Promise.reject(new Error('S3 is unavailable'));
          objects.delete(input.Key ?? '');
          return Promise.resolve({});
        },
      },
      photos: { remove: (id: string) => Promise.resolve(void items.delete(id)) },
    };
    await expect(removePhotos(photos, storage)).rejects.toThrow('S3 is unavailable');
    expect([[...objects], [...items]]).toEqual([['uploads/2'], ['2']]);
    broken = undefined;
    await removePhotos(photos, storage);
    expect([objects.size, items.size]).toEqual([0, 0]);
  });
});

import { Binary } from 'mongodb';
import type { PhotoDocument } from '../../legacy/photos/store';
import { before, DEMO_IDS, seededRandom } from './seed-values';

/** Whole images of one pixel. */
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const GIF = 'R0lGODlhAQABAIAAAP///wAAACH5BAAAAAAALAAAAAABAAEAAAICRAEAOw==';
const WEBP = 'UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA';

/** File names with what breaks headers and paths, and bytes that are no text. */
const PHOTOS = [
  { event: 1, fileName: 'stage.png', contentType: 'image/png', data: Buffer.from(PNG, 'base64') },
  { event: 1, fileName: 'chœur du port (1).gif', contentType: 'image/gif', data: Buffer.from(GIF, 'base64') },
  { event: 1, fileName: '港 "夜".webp', contentType: 'image/webp', data: Buffer.from(WEBP, 'base64') },
  { event: 2, fileName: "50% off; it's *new*.jpg", contentType: 'image/jpeg', data: noise(150_000) },
  { event: 21, fileName: 'church.png', contentType: 'image/png', data: Buffer.from(PNG, 'base64') },
] as const;

/** Three photos of the first event, a larger one of the second, one of the other account. The first two are of the same moment. */
export function demoPhotos(now: Date): PhotoDocument[] {
  return PHOTOS.map(({ event, fileName, contentType, data }, index) => ({
    _id: DEMO_IDS.photo(index + 1),
    eventId: DEMO_IDS.event(event),
    customerAccountId: event < 21 ? DEMO_IDS.account : DEMO_IDS.otherAccount,
    fileName,
    contentType,
    size: data.length,
    data: new Binary(data),
    createdBy: event < 21 ? DEMO_IDS.organiser : DEMO_IDS.other,
    createdAt: before(now, index < 2 ? 5 : 5 - index),
  }));
}

/** Begins as JPEG files do; every byte value occurs, so whatever takes it for text changes it. */
function noise(size: number): Buffer {
  const random = seededRandom(5);
  return Buffer.from([0xff, 0xd8, 0xff, ...Array.from({ length: size - 3 }, () => Math.floor(random() * 256))]);
}

import { DEMO_IDS } from '../seed';
import type { CaseSuite } from 'banyan-strangler/parity';
import { get } from './requests';
import { OWN_ACCOUNT } from './who';

const photosOf = (event: number): string => `/api/events/${DEMO_IDS.event(event).toHexString()}/photos`;
const photo = (number: number): string => `/api/photos/${DEMO_IDS.photo(number).toHexString()}`;

export const getEventsEventIdPhotos: CaseSuite = {
  route: 'GET /api/events/:eventId/photos',
  cases: [
    get('three photos', photosOf(1), { status: OWN_ACCOUNT }),
    get('none', photosOf(5)),
    get('of another account', photosOf(21), { status: { member: 404, 'other account': 200, 'API key': 404 } }),
    get('of an unknown event', '/api/events/ffffffffffffffffffffffff/photos', { status: 404 }),
    get('of a malformed id', '/api/events/12/photos', { status: 404 }),
    { name: 'If-None-Match', request: { path: photosOf(1), headers: { 'If-None-Match': '*' } }, status: 304 },
  ],
};

export const getPhotosPhotoId: CaseSuite = {
  route: 'GET /api/photos/:photoId',
  cases: [
    get('a PNG', photo(1), { status: OWN_ACCOUNT }),
    get('a GIF, with a name beyond ASCII', photo(2)),
    get('a WebP, with a name of quotes and kanji', photo(3)),
    get('150 kB of every byte value (trap 20)', photo(4), { status: OWN_ACCOUNT }),
    get('a photo of another account', photo(5), { status: { member: 404, 'other account': 200, 'API key': 404 } }),
    get('an unknown photo', '/api/photos/ffffffffffffffffffffffff', { status: { member: 404, anonymous: 401 } }),
    get('a malformed id', '/api/photos/12', { status: 404 }),
    ...['*/*', 'image/avif,image/webp,*/*;q=0.8', 'text/html', 'application/json'].map((accept) => ({
      name: `Accept: ${accept} (trap 20)`,
      request: { path: photo(1), headers: { Accept: accept } },
      status: 200,
    })),
    get('other case and a slash (trap 5)', `${photo(1).toUpperCase()}/`, {
      onlyThroughProxy: 'the proxy spells it as deployed',
    }),
    {
      name: 'HEAD (trap 1)',
      request: { method: 'HEAD', path: photo(4) },
      status: { member: 200, anonymous: 401, 'other account': 404 },
      onlyThroughProxy: 'API Gateway refuses HEAD',
    },
    { name: 'If-None-Match (trap 13)', request: { path: photo(4), headers: { 'If-None-Match': '*' } }, status: 304 },
    {
      name: 'Range, which the monolith ignores',
      request: { path: photo(1), headers: { Range: 'bytes=0-3' } },
      status: 200,
    },
  ],
};

import type { CaseSuite } from 'banyan-strangler/parity';

export const team: CaseSuite = {
  route: 'GET /api/teams/mine',
  cases: [{ name: 'the team', request: { path: '/api/teams/mine' }, status: { anonymous: 401, ada: 200, key: 200 } }],
};

export const getNote: CaseSuite = {
  route: 'GET /api/notes/:noteId',
  cases: [
    { name: 'none', request: { path: '/api/notes/1' }, status: { anonymous: 401, ada: 404, key: 404 } },
    { name: 'unknown', request: { path: `/api/notes/${'a'.repeat(24)}` }, status: { anonymous: 401, ada: 404, key: 404 } },
  ],
};

export const listNotes: CaseSuite = {
  route: 'GET /api/notes',
  cases: [
    { name: 'first page', request: { path: '/api/notes' }, status: { anonymous: 401, ada: 200, key: 200 } },
    { name: 'second page', request: { path: '/api/notes?page=2' }, status: { ada: 200, key: 200 } },
    { name: 'no page', request: { path: '/api/notes?page=x' }, status: { ada: 400, key: 400 } },
  ],
};

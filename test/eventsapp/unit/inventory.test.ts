import path from 'node:path';
import { runBanyan } from '../../support/run-banyan';
import type { AppRoute } from '../../../proxy/inventory/inventory';

jest.setTimeout(60_000);

interface Printed {
  readonly routes: readonly (AppRoute & { readonly verdict: string })[];
  readonly flags: readonly string[];
  readonly notes: readonly string[];
}

it('banyan routes: what becomes of each route of the monolith, and why', async () => {
  const { exitCode, out } = await runBanyan(['routes', '--json'], {
    PATH: process.env['PATH'],
    ROUTES_FILE: path.join(__dirname, '../../../proxy/routes.yml'),
  });
  expect(exitCode).toBe(0);
  const { routes, flags, notes } = JSON.parse(out) as Printed;
  const reported = routes.map(({ verdict, method, path: full, hazards }) => {
    const kinds = [...new Set(hazards.map(({ kind }) => kind))].sort();
    return `${verdict} ${method} ${full}${kinds.length === 0 ? '' : ` [${kinds.join(' ')}]`}`;
  });
  expect(reported).toEqual([
    'rewrite GET /healthz',
    'lift POST /api/auth/login [session]',
    'lift POST /api/auth/logout [session]',
    'rewrite GET /api/auth/me',
    'rewrite GET /api/account',
    'rewrite PATCH /api/account',
    'rewrite GET /api/account/users',
    'rewrite GET /api/events [credential]',
    'rewrite POST /api/events',
    'rewrite GET /api/events/:eventId [credential]',
    'rewrite PUT /api/events/:eventId',
    'rewrite DELETE /api/events/:eventId',
    'rewrite POST /api/events/:eventId/activity',
    'rewrite GET /api/events/:eventId/attendees [credential]',
    'rewrite POST /api/events/:eventId/attendees',
    'rewrite DELETE /api/events/:eventId/attendees/:attendeeId',
    'rewrite GET /api/events/:eventId/photos [credential]',
    'stay POST /api/events/:eventId/photos [multipart]',
    'rewrite GET /api/photos/:photoId [credential]',
    'rewrite GET /api/events/:eventId/metrics [credential]',
    'rewrite GET /api/metrics/all [credential]',
    'rewrite GET /api/reports',
    'rewrite POST /api/reports',
    'rewrite GET /api/reports/:reportId',
    'stay GET /api/notifications/stream [stream timer]',
    'rewrite GET /',
  ]);
  expect(flags).toEqual([]);
  expect(notes).toEqual(['it takes WebSocket upgrades, which stay on legacy']);
});

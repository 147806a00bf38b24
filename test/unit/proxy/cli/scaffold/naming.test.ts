import { isForLambda, isSecret } from '../../../../../proxy/cli/scaffold/app-variables';
import { collectionOf, exampleIn } from '../../../../../proxy/cli/scaffold/examples';
import { findRequested } from '../../../../../proxy/cli/scaffold/find-requested';
import { marked, stateOf } from '../../../../../proxy/cli/scaffold/mark';
import { routeId } from '../../../../../proxy/cli/scaffold/route-id';
import { ObjectId } from 'mongodb';
import { appRoute } from '../../../../support/app-route';

it.each([
  ['GET', '/api/items/:id', 'get-item'],
  ['GET', '/api/v2/notes', 'list-notes'],
  ['GET', '/account', 'get-account'],
  ['GET', '/', 'get-root'],
  ['GET', '/status', 'get-status'],
  ['POST', '/api/categories', 'create-category'],
  ['POST', '/login', 'post-login'],
  ['PUT', '/addresses/:id', 'replace-address'],
  ['PATCH', '/userProfiles/:id', 'update-user-profile'],
  ['DELETE', '/events/:eventId/attendees/:attendeeId', 'delete-event-attendee'],
  ['GET', '/events/:eventId/metrics', 'list-event-metrics'],
  ['GET', '/files/robots.txt', 'get-file-robots-txt'],
])('%s %s is called %s', (method, path, id) => {
  expect(routeId(method, path)).toBe(id);
});

it('an id that is taken gets a number', () => {
  expect(routeId('GET', '/notes', new Set(['list-notes', 'list-notes-2']))).toBe('list-notes-3');
});

describe('a route that a command names', () => {
  const routes = [
    appRoute('GET', '/items'),
    appRoute('GET', '/items/:itemId'),
    appRoute('POST', '/items'),
    appRoute('ALL', '/any'),
    ...['/one', '/two', '/three', '/four'].map((path) => appRoute('GET', path)),
  ];

  it('is found whatever its parameters, case and trailing slash', () => {
    expect(findRequested(' get /Items/:id/ ', routes)).toMatchObject({ method: 'GET', path: '/items/:itemId' });
    expect(findRequested('PUT /any', routes)).toMatchObject({ method: 'PUT', route: { method: 'ALL' } });
  });

  it('or the closest are listed, what would take it first', () => {
    expect(() => findRequested('GET /items/17', routes)).toThrow(
      /^the monolith has no route GET \/items\/17 .*\nclosest are:\n {2}GET \/items\/:itemId\n {2}GET \/items\n {2}POST \/items\n.*\n.*$/,
    );
    expect(() => findRequested('ALL /any', routes)).toThrow('has no route ALL /any');
    expect(() => findRequested('GET /x', [])).toThrow('it has no routes');
    expect(() => findRequested('/items', routes)).toThrow("expected method and path, such as 'GET /items/:id'");
  });
});

it('a file that a command has written is known, and whether it was edited', () => {
  const text = marked('const a = 1;\nexport { a };\n');
  expect(stateOf(text)).toBe('unchanged');
  expect(stateOf(text.replaceAll('\n', '\r\n'))).toBe('unchanged');
  expect(stateOf(text.replace('= 1', '= 2'))).toBe('edited');
  expect(stateOf('const a = 1;\n')).toBe('foreign');
});

it('values for parameters are those of a document that the path names', () => {
  const names = ['sessions', 'Notes', 'order_lines', 'addresses'];
  expect(collectionOf('/api/notes/:id', 'id', names)).toBe('Notes');
  expect(collectionOf('/mine/:noteId', 'noteId', names)).toBe('Notes');
  expect(collectionOf('/order-lines/:id', 'id', names)).toBe('order_lines');
  expect(collectionOf('/address/:id', 'id', names)).toBe('addresses');
  expect(collectionOf('/:id', 'id', names)).toBeUndefined();
  const id = new ObjectId();
  expect(exampleIn({ _id: id }, 'noteId')).toBe(id.toHexString());
  expect(exampleIn({ _id: id, slug: 'a b/c' }, 'slug')).toBe('a%20b%2Fc');
  expect(exampleIn({ _id: id, noteId: 7 }, 'noteId')).toBe('7');
  expect(exampleIn({ _id: { a: 1 } }, 'id')).toBeUndefined();
  expect(exampleIn({ _id: id }, 'slug')).toBeUndefined();
});

it.each(['token', 'email', 'phone', 'username'])('a :%s of the data is not written into a suite', (param) => {
  expect(exampleIn({ _id: new ObjectId(), [param]: 'private' }, param)).toBeUndefined();
});

it.each(['MONGO_URL', 'DATABASE_URI', 'SESSION_SECRET', 'PASSWORD_SALT', 'PRIVATE_PEM', 'SENTRY_DSN', 'API_TOKEN'])(
  'the value of %s is a secret',
  (name) => {
    expect(isSecret(name)).toBe(true);
    expect(isForLambda(name)).toBe(true);
  },
);

it.each(['SITE', 'CURRENCY', 'REPORT_PATH', 'PORTAL', 'CITY'])('the value of %s is declared, and no secret', (name) => {
  expect(isSecret(name)).toBe(false);
  expect(isForLambda(name)).toBe(true);
});

it.each(['PORT', 'CI', 'NODE_ENV', 'NODE_PATH', 'TERM', 'npm_package_name', 'AWS_REGION', 'LAMBDA_TASK_ROOT', '_'])(
  '%s is of a process or a platform, and never declared',
  (name) => expect(isForLambda(name)).toBe(false),
);

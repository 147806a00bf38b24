import { createServer, type Server } from 'node:http';
import { requestOf } from '../../../../proxy/parity/observe';
import { listen } from '../../../support/listen';

let server: Server;
let url: string;

beforeAll(async () => {
  server = createServer((_request, response) => response.setHeader('ETag', 'W/"a1"').end());
  url = `http://127.0.0.1:${await listen(server)}`;
});
afterAll(() => server.close());

test.each([
  [true, ['W/"a1"']],
  ['{{opaque}}', ['"a1"']],
  ['"x", {{tag}}', ['"x", W/"a1"']],
  ['{{tag}}\n"x"', ['W/"a1"', '"x"']],
  [undefined, []],
])('a case that revalidates by %j sends %j', async (revalidates, expected) => {
  const parityCase = { name: 'a', request: { path: '/' }, ...(revalidates !== undefined && { revalidates }) };
  const { headers } = await requestOf(parityCase, {}, { name: 'legacy', url });
  expect(headers.filter(([name]) => name === 'If-None-Match').map(([, value]) => value)).toEqual(expected);
});

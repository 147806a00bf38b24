import express from 'express';
import fc from 'fast-check';

import { parseQuery } from '../../../../lambda/http/query';
import { gatewayEvent } from './gateway-event';
import { startOracle, type Oracle } from './monolith-oracle';

describe('parseQuery', () => {
  let oracle: Oracle;

  beforeAll(async () => {
    const app = express().get('/', (req, res) => res.json(req.query));
    oracle = await startOracle(app);
  });
  afterAll(() => oracle.close());

  const viaExpress = async (query: string): Promise<unknown> => JSON.parse((await oracle.get(`/?${query}`)).body);
  const viaGateway = (query: string): unknown =>
    JSON.parse(JSON.stringify(parseQuery(gatewayEvent({ query }).multiValueQueryStringParameters)));

  it.each([
    'tag=a&tag=b',
    'a[b]=c&a[d]=e',
    'filter[status]=published&filter[tags][]=a&filter[tags][]=b',
    'filter%5Bstatus%5D=published',
    'x=',
    'x',
    'a=1+2&b=%2B',
    'a=%26%3D%25%23',
    'a[]=1',
    'a[0]=x&a[1]=y',
    'a[2]=x&a[0]=y',
    'a[b][c][d][e][f][g]=deep',
    'a=1&a[b]=2',
    'a.b=c',
    'constructor=x&hasOwnProperty=y&toString=z',
    '__proto__[polluted]=1&a[__proto__][b]=2',
    'a%255Bb%255D=double',
    'q=caf%C3%A9&%E2%9C%93=%F0%9F%8C%B3',
    'a[=x',
    'a]=x',
    '[a]=x',
    '[]=x',
  ])('reads ?%s as Express does', async (query) => {
    expect(viaGateway(query)).toEqual(await viaExpress(query));
  });

  it('gives an empty object without a query', () => {
    expect(parseQuery(null)).toEqual({});
  });

  it('turns a list of more than 1,000 into an object, as Express does', async () => {
    const query = Array.from({ length: 1001 }, (_, i) => `a=${i}`).join('&');
    expect(viaGateway(query)).toEqual(await viaExpress(query));
  });

  it('survives text that no URL can carry', () => {
    expect(parseQuery({ a: ['\ud800'] })).toEqual({ a: '\ufffd' });
  });

  it('agrees with Express for any names and values', async () => {
    const segment = fc.constantFrom('a', 'b', '0', '1', '', 'status', 'é', ' ', '%', '&', '+', '#', 'toString');
    const name = fc
      .tuple(fc.constantFrom('a', 'filter', 'é x', '%41', 'c&d'), fc.array(segment, { maxLength: 3 }))
      .map(([root, path]) => root + path.map((part) => `[${part}]`).join(''));
    const values = fc.array(fc.string({ unit: 'binary', maxLength: 8 }), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.tuple(name, values), { maxLength: 4, selector: ([key]) => key }),
        async (all) => {
          // Values of one name together: the order between names is what API Gateway does not keep.
          const query = all
            .flatMap(([key, list]) => list.map((value) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`))
            .join('&');
          expect(viaGateway(query)).toEqual(await viaExpress(query));
        },
      ),
      { numRuns: 300 },
    );
  });
});

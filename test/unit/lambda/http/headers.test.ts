import express from 'express';
import fc from 'fast-check';

import { readHeaders } from '../../../../lambda/http/headers';
import { gatewayEvent } from './gateway-event';
import { startOracle, type Oracle } from './monolith-oracle';

describe('readHeaders', () => {
  let oracle: Oracle;

  beforeAll(async () => {
    oracle = await startOracle(express().get('/', (req, res) => res.json(req.headers)));
  });
  afterAll(() => oracle.close());

  it('folds repeated headers as Node does', async () => {
    const names = [
      'Accept',
      'Cookie',
      'Authorization',
      'If-None-Match',
      'If-Modified-Since',
      'Referer',
      'X-Thing',
      'User-Agent',
      'From',
      'Age',
      'ETag',
    ];
    const header = fc.tuple(fc.constantFrom(...names), fc.stringMatching(/^[a-z0-9"=,;]{1,10}$/));
    await fc.assert(
      fc.asyncProperty(fc.array(header, { maxLength: 8 }), async (headers) => {
        const seen: unknown = JSON.parse((await oracle.get('/', headers)).body);
        const { multiValueHeaders } = gatewayEvent({
          headers: [['Host', 'test'], ...headers, ['Connection', 'close']],
        });
        expect(Object.fromEntries(readHeaders(multiValueHeaders))).toEqual(seen);
      }),
      { numRuns: 100 },
    );
  });

  it('takes names of different case for one header', () => {
    const headers = readHeaders({
      'if-none-match': ['"a"'],
      'If-None-Match': ['"b"'],
      COOKIE: ['a=1'],
      cookie: ['b=2'],
    });
    expect(headers.get('if-none-match')).toBe('"a", "b"');
    expect(headers.get('cookie')).toBe('a=1; b=2');
  });

  it('has no headers when API Gateway sends none', () => {
    expect(readHeaders(null).size).toBe(0);
  });
});

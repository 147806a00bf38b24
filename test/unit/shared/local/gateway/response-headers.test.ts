import fc from 'fast-check';
import { mergeHeaders, remapHeaders } from '../../../../../shared/local/gateway/response-headers';
import { call, closeApis, startApi, textOf } from './harness';

afterEach(closeApis);

describe('headers of a function’s response (developer guide: "Important notes", table of headers, column lambda)', () => {
  it.each(['Expect', 'Host', 'Proxy-Authenticate', 'TE', 'Trailer', 'Transfer-Encoding', 'Upgrade', 'Via'])(
    'drops %s',
    (name) =>
      expect(
        remapHeaders([
          [name, 'x'],
          ['Kept', 'y'],
        ]),
      ).toStrictEqual([['Kept', 'y']]),
  );

  it.each([
    ...['Authorization', 'Connection', 'Content-Length', 'Content-MD5', 'Date', 'Max-Forwards', 'Server', 'User-Agent'],
    ...['WWW-Authenticate', 'x-amzn-RequestId'],
  ])('renames %s', (name) => expect(remapHeaders([[name, 'x']])).toStrictEqual([[`x-amzn-Remapped-${name}`, 'x']]));

  it.each([
    'Set-Cookie',
    'Location',
    'ETag',
    'Content-Encoding',
    'Accept',
    'Age',
    'Pragma',
    'Range',
    'Referer',
    'Warn',
    'Vary',
  ])('passes %s', (name) => expect(remapHeaders([[name, 'x']])).toStrictEqual([[name, 'x']]));

  it('sends its own Date and Content-Length beside the renamed ones', async () => {
    const headers = { Date: 'yesterday', 'Content-Length': 999, Connection: 'close', Server: 'mine' };
    const gateway = await startApi({ echo: () => ({ statusCode: 200, headers, body: 'four' }) });
    const reply = await call(gateway, '/api/events');
    expect(reply.headers).toMatchObject({
      'content-length': '4',
      'x-amzn-remapped-content-length': '999',
      'x-amzn-remapped-date': 'yesterday',
      'x-amzn-remapped-connection': 'close',
      'x-amzn-remapped-server': 'mine',
    });
    expect(Date.parse(reply.headers.date ?? '')).not.toBeNaN();
    expect(reply.headers.server).toBeUndefined();
  });
});

describe('merging (developer guide: "Output format of a Lambda function for proxy integration")', () => {
  it('puts multi-value headers first and leaves out pairs that are already there', () => {
    const multiple = [
      ['Combined', 'a'],
      ['combined', 'b'],
    ] as const;
    const single = [
      ['COMBINED', 'b'],
      ['combined', 'c'],
      ['Other', 'd'],
    ] as const;
    expect(mergeHeaders(multiple, single)).toStrictEqual([
      ['Combined', 'a'],
      ['Combined', 'b'],
      ['Combined', 'c'],
      ['Other', 'd'],
    ]);
  });

  it('keeps every value in order, whatever the split between the two maps', () => {
    const name = fc.constantFrom('Set-Cookie', 'X-A', 'x-b');
    fc.assert(
      fc.property(
        fc.array(fc.tuple(name, fc.nat(5).map(String))),
        fc.array(fc.tuple(name, fc.nat(5).map(String))),
        (multiple, single) => {
          const merged = mergeHeaders(multiple, single);
          for (const key of ['Set-Cookie', 'X-A', 'x-b']) {
            const own = (list: readonly (readonly [string, string])[]) =>
              list.flatMap(([n, v]) => (n === key ? [v] : []));
            const added = [...new Set(own(single))].filter((value) => !own(multiple).includes(value));
            expect(own(merged)).toStrictEqual([...own(multiple), ...added]);
          }
        },
      ),
    );
  });

  it('carries several values through HTTP as several lines', async () => {
    const value = textOf('abc=;, "', { minLength: 1, maxLength: 12 }).map((text) => `v${text}v`);
    let cookies: string[] = [];
    const gateway = await startApi({
      echo: () => ({ statusCode: 204, multiValueHeaders: { 'Set-Cookie': cookies } }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(value, { maxLength: 5 }), async (values) => {
        cookies = values;
        expect((await call(gateway, '/api/events')).headers['set-cookie'] ?? []).toStrictEqual(values);
      }),
      { numRuns: 40 },
    );
  });
});

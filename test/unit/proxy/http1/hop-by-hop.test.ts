import { FORWARDING_HEADERS, HOP_BY_HOP, namedByConnection } from '../../../../proxy/http1/hop-by-hop';

describe('hop-by-hop headers', () => {
  // RFC 9110 section 7.6.1, and what older proxies send.
  const HISTORICAL = ['connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'proxy-connection'];
  const FRAMING = ['te', 'transfer-encoding', 'upgrade'];
  const CLAIMS = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-port', 'x-forwarded-proto'];

  it('are these, and no others', () => {
    expect([...HOP_BY_HOP]).toEqual([...HISTORICAL, ...FRAMING]);
    expect([...FORWARDING_HEADERS]).toEqual([...CLAIMS, 'x-real-ip']);
  });

  it.each([undefined, 'keep-alive', 'close', 'Close', 'keep-alive, close', '', ' , ,', 'Keep-Alive ,CLOSE'])(
    'Connection: %s names none',
    (value) => expect(namedByConnection(value)).toBeUndefined(),
  );

  it.each([
    ['x-a', ['x-a']],
    ['X-A', ['x-a']],
    [' x-a\t, X-B ,x-a', ['x-a', 'x-b']],
    ['close, x-a, keep-alive, ', ['x-a']],
    ['upgrade', ['upgrade']],
    ['x a', ['x a']],
  ])('Connection: %s names %j', (value, names) => expect([...(namedByConnection(value) ?? [])]).toEqual(names));

  it.each(['Host', 'Content-Length', 'Cookie', 'Authorization', ...CLAIMS, 'x-real-ip'])(
    'never strips %s, though Connection names it',
    (name) => {
      expect(namedByConnection(name)).toBeUndefined();
      expect([...(namedByConnection(`${name}, x-a`) ?? [])]).toEqual(['x-a']);
    },
  );
});

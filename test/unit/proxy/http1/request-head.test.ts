import fc from 'fast-check';
import { formatRequestHead, type RequestFraming } from '../../../../proxy/http1/request-head';

/** Every character of UTF-16, with those that could break out more often. */
const character = fc.oneof(
  fc.constantFrom('\r', '\n', '\0', ' ', '\t', ':', '\u010d', '\u010a', '\u0a0d', '\u2028', '\u0085', '\ud800'),
  fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
  fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
);
const text = fc.string({ unit: character, maxLength: 12 });
const framing = fc.constantFrom<RequestFraming>('none', 'length', 'chunked');

/** As it goes over the wire: what latin1 does not have is cut to its low byte. */
const onWire = (head: string): string => Buffer.from(head, 'latin1').toString('latin1');

describe('request head', () => {
  it('has as many lines as it was given, whatever the method, path, names and values are', () => {
    let accepted = 0;
    fc.assert(
      fc.property(
        fc.oneof(fc.constantFrom('GET', 'M-SEARCH'), text),
        fc.oneof(fc.constantFrom('/', '*', '/a?b'), text),
        fc.array(fc.tuple(fc.oneof(fc.constantFrom('X-A', 'host'), text), text), { maxLength: 3 }),
        framing,
        (method, path, headers, framed) => {
          let head: string;
          try {
            head = formatRequestHead({ method, path, headers: headers.flat() }, framed);
          } catch (error) {
            expect(error).toMatchObject({ code: 'REQUEST_UNSENDABLE' });
            return;
          }
          accepted += 1;
          const lines = onWire(head).split(/\r\n|[\r\n\0]/);
          const own = framed === 'chunked' ? 2 : 1;
          expect(lines).toHaveLength(1 + headers.length + own + 2);
          expect(lines.slice(-2)).toEqual(['', '']);
          expect(lines[0]).toBe(`${method} ${path} HTTP/1.1`);
          expect(lines[0]?.split(' ')).toHaveLength(3);
          headers.forEach(([name, value], i) => {
            expect(lines[i + 1]).toBe(`${name}: ${value}`);
            // The first colon ends the name: no name brings a value of its own.
            expect(lines[i + 1]?.indexOf(':')).toBe(name.length);
          });
        },
      ),
      { numRuns: 3_000 },
    );
    expect(accepted).toBeGreaterThan(50);
  });

  it.each(['\0', '\r', '\n', '\u010d', '\u010a', '\u0100', '\uff0d'])('refuses %j in each part', (bad) => {
    const good = { method: 'GET', path: '/', headers: ['A', 'b'] };
    expect(formatRequestHead(good, 'none')).toBe('GET / HTTP/1.1\r\nA: b\r\nConnection: keep-alive\r\n\r\n');
    for (const request of [
      { ...good, method: `G${bad}` },
      { ...good, path: `/${bad}` },
      { ...good, headers: [`A${bad}`, 'b'] },
      { ...good, headers: ['A', `b${bad}`] },
    ]) {
      expect(() => formatRequestHead(request, 'none')).toThrow('a character that HTTP/1.1 does not allow');
    }
  });

  it.each(['', 'A B', 'A:', 'A: b', 'Ä', 'Transfer-Encoding '])('refuses the name %j', (name) => {
    expect(() => formatRequestHead({ method: 'GET', path: '/', headers: [name, 'b'] }, 'none')).toThrow('allow');
  });

  it.each(['', '/a b', '/a\tb', '/\x7f'])('refuses the target %j', (path) => {
    expect(() => formatRequestHead({ method: 'GET', path, headers: [] }, 'none')).toThrow('allow');
  });

  it('leaves out a name without a value', () => {
    const head = formatRequestHead({ method: 'GET', path: '/', headers: ['A', 'b', 'C'] }, 'length');
    expect(head).toBe('GET / HTTP/1.1\r\nA: b\r\nConnection: keep-alive\r\n\r\n');
  });

  it('passes bytes over 0x7f in path and values, tabs in values, and empty values', () => {
    const head = formatRequestHead({ method: 'GET', path: '/\xe9', headers: ['A', '\xff\tb', 'B', ''] }, 'chunked');
    expect(head).toBe(
      'GET /\xe9 HTTP/1.1\r\nA: \xff\tb\r\nB: \r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n',
    );
  });
});

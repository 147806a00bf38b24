import { deflateSync, gzipSync } from 'node:zlib';
import type { CaseRequest, ParityCase } from 'banyan-strangler/parity';

/**
 * Bodies that Express's parsers refuse, or leave as `{}`, at any route that takes a body (traps 9, 10, 11, 28).
 *
 * @param empty what the route answers to `{}`, by identity
 * @param options.ofNobody who answers a body that comes without a session: legacy where an authorizer would answer first
 */
export function badBodies(
  method: CaseRequest['method'],
  path: string,
  empty: Readonly<Record<string, number>>,
  effects: readonly string[] = [],
  { ofNobody: bodyOfNobody }: { readonly ofNobody: 'legacy' | 'lambda' } = { ofNobody: 'legacy' },
): readonly ParityCase[] {
  const json = 'application/json';
  const form = 'application/x-www-form-urlencoded';
  const send = (
    name: string,
    type: string | undefined,
    body: string | Buffer,
    more: Partial<ParityCase>,
  ): ParityCase => ({
    name,
    request: { method, path, body, headers: type === undefined ? {} : { 'Content-Type': type } },
    status: empty,
    effects,
    ...more,
  });
  const refused = (status: number): Partial<ParityCase> => ({
    status: { organiser: status, member: status },
    effects: [],
  });
  const inCharset = (more: Partial<ParityCase>): Partial<ParityCase> => ({
    ...more,
    onlyThroughProxy: 'kept on legacy: Lambda reads UTF-8 (trap 11)',
    answeredBy: 'legacy',
  });
  const ofNobody = (status: number): Partial<ParityCase> => ({
    status: { anonymous: status, 'API key': status },
    effects: [],
    ...(bodyOfNobody === 'legacy' && {
      onlyThroughProxy: 'kept on legacy: nobody has looked at the body when the authorizer answers (trap 28)',
      answeredBy: 'legacy',
    }),
  });
  const coded = (name: string, coding: string, body: Buffer, more: Partial<ParityCase>): ParityCase => ({
    ...send(name, undefined, body, more),
    request: { method, path, body, headers: { 'Content-Type': json, 'Content-Encoding': coding } },
  });
  const large = JSON.stringify({ title: 'x'.repeat(102_400) });
  return [
    send('malformed JSON (trap 9)', json, '{"title": ', refused(400)),
    send('a text instead of an object (trap 9)', json, '"title"', refused(400)),
    send('malformed JSON of nobody (trap 28)', json, '{"title": ', ofNobody(400)),
    send('malformed JSON of a bad token (trap 28): accepted by a rule', json, '{"title": ', {
      status: { 'bad token': 400 },
      effects: [],
    }),
    send('more than 100 kB (trap 10)', json, large, {
      ...refused(413),
      onlyThroughProxy: 'kept on legacy, whose 413 page it is',
      answeredBy: 'legacy',
    }),
    send('more than 100 kB of nobody (trap 28)', json, large, {
      ...ofNobody(413),
      onlyThroughProxy: 'kept on legacy, whose 413 page it is',
      answeredBy: 'legacy',
    }),
    send('an unknown charset (trap 11)', 'application/json; charset=latin2', '{}', inCharset(refused(415))),
    send('a media type that no parser reads (trap 11)', 'application/vnd.api+json', '{"title":"x"}', {}),
    send('a text without a media type (trap 11)', 'text/plain', 'title=x', {}),
    coded('an unknown content coding (trap 11)', 'br', Buffer.from('{}'), refused(415)),
    coded('gzip', 'gzip', gzipSync('{}'), {}),
    coded('deflate', 'Deflate', deflateSync('{}'), {}),
    coded('gzip that is none', 'gzip', Buffer.from('{}'), refused(400)),
    coded('gzip of nothing', 'gzip', Buffer.alloc(0), {
      ...refused(400),
      onlyThroughProxy: 'kept on legacy: API Gateway takes the length away',
      answeredBy: 'legacy',
    }),
    coded('gzip of more than 100 kB', 'gzip', gzipSync(large), refused(413)),
    send('JSON in UTF-16', `${json}; charset=utf-16`, Buffer.from('{}', 'utf16le'), inCharset({})),
    send('JSON in UTF-7', `${json}; charset=utf-7`, '+AHs-}', inCharset({})),
    send(
      'malformed JSON in UTF-16',
      `${json}; charset=utf-16le`,
      Buffer.from('{"', 'utf16le'),
      inCharset(refused(400)),
    ),
    send('an empty body', json, '', {}),
    send('a type with parameters', 'Application/JSON ; v="a\\"b;" ; charset="UTF-8"', '{}', {}),
    send('a type with a broken parameter, which no parser reads', `${json}; v`, '{"title":', {}),
    send('a form nested too deeply', form, `title${'[a]'.repeat(40)}=x`, refused(400)),
    send('a form of more than 1,000 fields', form, 'a=1&'.repeat(1_001), refused(413)),
  ];
}

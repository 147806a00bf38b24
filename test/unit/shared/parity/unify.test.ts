import type { ObservedResponse } from '../../../../shared/parity/exchange';
import { unifyWrite, type ObservedWrite } from '../../../../shared/parity/unify';
import { weakETag } from '../../../../shared/weak-etag';

const KNOWN = '5eede0e00000000000000001';
const NOW = new Date('2026-11-23T12:00:00.000Z');
const unification = { isKnownId: (id: string) => id === KNOWN, from: NOW, to: new Date(NOW.getTime() + 1_000) };

function write({ id, at = NOW, etag }: { id: string; at?: Date; etag?: string }): ObservedWrite {
  const body = JSON.stringify({ event: { id, createdBy: KNOWN, createdAt: at } });
  const response: ObservedResponse = {
    statusCode: 201,
    headers: [
      ['Location', `/api/events/${id}`],
      ['ETag', etag ?? weakETag(body)],
      ['Set-Cookie', `sid=${id}`],
    ],
    body: Buffer.from(body),
  };
  const after = { _id: { $oid: id }, at: { $date: { $numberLong: String(at.getTime()) } } };
  return { response, changes: [{ collection: 'events', kind: 'inserted', id, before: undefined, after }] };
}

describe('unified writes', () => {
  it('gives new ids and times of the request the same names on both sides', () => {
    const first = unifyWrite(write({ id: 'a'.repeat(24) }), unification);
    const second = unifyWrite(write({ id: 'b'.repeat(24), at: new Date(NOW.getTime() + 999) }), unification);
    const withoutCookie = ({ response, changes }: ObservedWrite): unknown => [response.headers.slice(0, 2), changes];
    expect(withoutCookie(first)).toEqual(withoutCookie(second));
    expect(first.response.body.toString()).toBe(
      `{"event":{"id":"<new id 1>","createdBy":"${KNOWN}","createdAt":"<now>"}}`,
    );
    expect(first.response.headers).toContainEqual(['ETag', '<of the body>']);
    expect(first.changes[0]?.after).toEqual({
      _id: { $oid: '<new id 1>' },
      at: { $date: { $numberLong: '<now>' } },
    });
  });

  it('leaves what was known, what is of another time, an ETag of another body and cookies', () => {
    const unified = unifyWrite(
      write({ id: KNOWN, at: new Date('2026-11-23T11:59:59.999Z'), etag: 'W/"1-x"' }),
      unification,
    );
    expect(unified).toEqual(write({ id: KNOWN, at: new Date('2026-11-23T11:59:59.999Z'), etag: 'W/"1-x"' }));
    const cookies = unifyWrite(write({ id: 'c'.repeat(24) }), unification).response.headers.at(-1);
    expect(cookies).toEqual(['Set-Cookie', `sid=${'c'.repeat(24)}`]);
  });

  it('tells two new ids apart', () => {
    const { response } = write({ id: 'a'.repeat(24) });
    const { changes } = write({ id: 'b'.repeat(24) });
    expect(unifyWrite({ response, changes }, unification).changes[0]?.id).toBe('<new id 2>');
  });

  it('leaves bytes that are no text', () => {
    const body = Buffer.from([0xff, 0xd8, 0xff]);
    const { response } = unifyWrite({ response: { statusCode: 200, headers: [], body }, changes: [] }, unification);
    expect(response.body).toEqual(body);
  });
});

import { ObjectId } from 'mongodb';
import type { AuthorizerEvent } from '../../../../lambda/authorizer/policy';
import { sign } from '../../../../shared/session/unsign';
import { ann, attempt, cookie, GOOD, ID, record, SECRET, sessionOf, tokenOf, withToken, type Outcome } from './attempt';
import { httpApiEvent, restEvent } from './events';

/** What somebody sends who means harm or knows no better: how it ends, and how often the database is asked. */

const ENCODED = encodeURIComponent(GOOD);
/** An id whose signature holds a character that base64url writes otherwise. */
const SPECIAL_ID =
  Array.from({ length: 100 }, (_, index) => `${ID}-${index}`).find((id) => /[+/]/.test(sign(id, SECRET))) ?? '';

describe('tokens that no secret has signed as they are', () => {
  it.each<[string, AuthorizerEvent]>([
    ['nothing', restEvent({})],
    ['an unsigned id', withToken(`s:${ID}`)],
    ['a bare id', withToken(ID)],
    ['a bare id as bearer', restEvent({ Authorization: `Bearer ${ID}` })],
    ['a wrong secret', withToken(tokenOf(ID, 'wrong'))],
    ['an empty secret', withToken(tokenOf(ID, ''))],
    ['a truncated signature', withToken(GOOD.slice(0, -1))],
    ['a padded signature', withToken(`${GOOD}=`)],
    ['a base64url signature', withToken(tokenOf(SPECIAL_ID).replaceAll('+', '-').replaceAll('/', '_'))],
    ['an upper-case prefix', withToken(GOOD.replace('s:', 'S:'))],
    ['a double-encoded token', withToken(ENCODED)],
    ['an empty id', withToken(tokenOf(''))],
    ['no dot', withToken(GOOD.replace('.', ''))],
    ['the signature of another id', withToken(GOOD.replace(ID, 'another-id'))],
    ['an encrypted-looking prefix, j:', withToken(`j:{"id":"${ID}"}`)],
    ['a lone surrogate', restEvent({ Cookie: cookie(`s:\ud800.${sign('\ufffd', SECRET).slice(2)}`) })],
  ])('%s: refused, no question to the database', async (_case, event) => {
    expect(await attempt(event)).toEqual(['unauthorized', 0]);
  });

  it('the base64 form of that signature: allowed', async () => {
    const sessions = [record(sessionOf(ann), {}, SPECIAL_ID)];
    expect(await attempt(withToken(tokenOf(SPECIAL_ID)), { sessions })).toEqual(['allowed', 1]);
  });
});

describe('signed ids that look like something else', () => {
  it.each([
    '{"$ne":"private"}',
    '$where-private',
    '__proto__',
    'constructor',
    'private\0id',
    'ü-private-\u{1f600}',
    '[object Object]',
    '{"_bsontype":"ObjectId"}',
    '5eeda5e00000000000000001',
    '/private/',
    'private.id.with.dots',
    'private%2Eid',
  ])('%j: taken as text and nothing else', async (id) => {
    const sessions = [record(sessionOf(ann), {}, id)];
    expect(await attempt(withToken(tokenOf(id)), { sessions, alsoPrivate: [id] })).toEqual(['allowed', 1]);
    expect(await attempt(withToken(tokenOf(`${id}x`)), { sessions, alsoPrivate: [id] })).toEqual(['unauthorized', 1]);
  });

  it('the hex text of an id that is an ObjectId in the store: another id', async () => {
    const id = new ObjectId();
    const sessions = [record(sessionOf(ann), {}, id)];
    expect(await attempt(withToken(tokenOf(id.toHexString())), { sessions })).toEqual(['unauthorized', 1]);
  });
});

describe('headers that are not what they should be', () => {
  const event = (parts: object): AuthorizerEvent => ({ ...restEvent({}), ...parts });

  it.each<[string, AuthorizerEvent]>([
    ['null', event({ headers: null, multiValueHeaders: null })],
    ['missing', event({ headers: undefined, multiValueHeaders: undefined })],
    ['text', event({ headers: cookie(ENCODED), multiValueHeaders: cookie(ENCODED) })],
    ['a number', event({ headers: { Cookie: 7 }, multiValueHeaders: { Cookie: [7] } })],
    ['an object', event({ headers: { Cookie: { toString: cookie(ENCODED) } }, multiValueHeaders: null })],
    ['a query operator', event({ headers: { Authorization: { $ne: null } }, multiValueHeaders: null })],
    ['nested lists', event({ headers: null, multiValueHeaders: { Cookie: [[cookie(ENCODED)]] } })],
    ['null among values', event({ headers: null, multiValueHeaders: { Cookie: [null], Authorization: null } })],
    ['cookies that are no list', event({ headers: {}, multiValueHeaders: {}, cookies: cookie(ENCODED) })],
    [
      'a header in the prototype',
      event(
        JSON.parse(`{"multiValueHeaders": {}, "headers": {"__proto__": {"cookie": "${cookie(ENCODED)}"}}}`) as object,
      ),
    ],
    [
      'inherited headers',
      event({ headers: Object.create({ cookie: cookie(ENCODED) }) as object, multiValueHeaders: {} }),
    ],
  ])('%s: refused, no question to the database', async (_case, hostile) => {
    expect(await attempt(hostile)).toEqual(['unauthorized', 0]);
  });
});

describe('duplicates: the first counts, alone', () => {
  it.each<[string, AuthorizerEvent, Outcome]>([
    ['good and bad', restEvent({ Cookie: `${cookie(ENCODED)}; ${cookie('x')}` }), 'allowed'],
    ['bad and good', restEvent({ Cookie: `${cookie('x')}; ${cookie(ENCODED)}` }), 'unauthorized'],
    ['empty and good', restEvent({ Cookie: `${cookie('')}; ${cookie(ENCODED)}` }), 'unauthorized'],
    ['good and bad in two headers', restEvent({ Cookie: [cookie(ENCODED), cookie('x')] }), 'allowed'],
    ['bad and good in two headers', restEvent({ Cookie: [cookie('x'), cookie(ENCODED)] }), 'unauthorized'],
    ['good and bad under two spellings', restEvent({ cookie: cookie(ENCODED), COOKIE: cookie('x') }), 'allowed'],
    ['bad and good under two spellings', restEvent({ cookie: cookie('x'), COOKIE: cookie(ENCODED) }), 'unauthorized'],
    ['a name of another case, and good', restEvent({ Cookie: `Eventsapp.Sid=x; ${cookie(ENCODED)}` }), 'allowed'],
    ['two Authorization, good and bad', restEvent({ Authorization: [`Bearer ${GOOD}`, 'x'] }), 'allowed'],
    ['two Authorization, bad and good', restEvent({ Authorization: ['x', `Bearer ${GOOD}`] }), 'unauthorized'],
    [
      'two Authorization of two spellings',
      restEvent({ authorization: 'x', AUTHORIZATION: `Bearer ${GOOD}` }),
      'unauthorized',
    ],
    ['two tokens in one Authorization', restEvent({ Authorization: `Bearer ${GOOD}, Bearer ${GOOD}` }), 'unauthorized'],
    [
      'Authorization beside a good cookie',
      restEvent({ Authorization: 'Basic x', Cookie: cookie(ENCODED) }),
      'unauthorized',
    ],
    [
      'an empty Authorization beside a good cookie',
      restEvent({ Authorization: '', Cookie: cookie(ENCODED) }),
      'unauthorized',
    ],
  ])('%s', async (_case, event, outcome) => {
    expect(await attempt(event)).toEqual([outcome, outcome === 'allowed' ? 1 : 0]);
  });
});

describe('floods', () => {
  it.each<[string, AuthorizerEvent]>([
    ['1 MB of semicolons', restEvent({ Cookie: ';'.repeat(1_000_000) })],
    ['1 MB of equals signs', restEvent({ Cookie: '='.repeat(1_000_000) })],
    ['1 MB of spaces', restEvent({ Cookie: ' '.repeat(1_000_000) })],
    ['1 MB of spaces as bearer', restEvent({ Authorization: `Bearer ${' '.repeat(1_000_000)}x` })],
    ['1 MB of percent signs as bearer', restEvent({ Authorization: `Bearer ${'%'.repeat(1_000_000)}` })],
    ['100,000 names', restEvent({ Cookie: `${'n=v; '.repeat(100_000)}${cookie(ENCODED)}` })],
    ['100,000 headers', restEvent({ Cookie: Array.from({ length: 100_000 }, () => 'n=v') })],
    ['a good cookie behind 16 kB', restEvent({ Cookie: `${'x'.repeat(16_384)}; ${cookie(ENCODED)}` })],
    ['a good cookie behind 16 kB in other headers', restEvent({ Cookie: ['x'.repeat(16_384), cookie(ENCODED)] })],
    ['a signed id of 16 kB', withToken(tokenOf('i'.repeat(16_384)))],
  ])('%s: refused, no question to the database, at once', async (_case, event) => {
    const begun = process.cpuUsage().user;
    expect(await attempt(event)).toEqual(['unauthorized', 0]);
    expect(process.cpuUsage().user - begun).toBeLessThan(2_000_000);
  });
});

describe('malformed text in a cookie', () => {
  it.each<[string, string, Outcome]>([
    ['a lone percent sign behind the token', cookie(`${ENCODED}%`), 'unauthorized'],
    ['a lone percent sign in another cookie', `a=%; ${cookie(ENCODED)}`, 'allowed'],
    ['bad UTF-8 in another cookie', `a=%E0%A4%A; ${cookie(ENCODED)}`, 'allowed'],
    ['bad UTF-8', cookie('%E0%A4%A'), 'unauthorized'],
    ['quotes', cookie(`"${ENCODED}"`), 'allowed'],
    ['half-quoted at the beginning', cookie(`"${ENCODED}`), 'unauthorized'],
    ['half-quoted at the end', cookie(`${ENCODED}"`), 'unauthorized'],
    ['a comma as separator in front', `a=1, ${cookie(ENCODED)}`, 'unauthorized'],
    ['a comma as separator behind', `${cookie(ENCODED)}, a=1`, 'unauthorized'],
    ['a part without equals sign', `a; ${cookie(ENCODED)}`, 'allowed'],
    ['not encoded at all', cookie(GOOD), 'allowed'],
  ])('%s', async (_case, header, outcome) => {
    expect(await attempt(restEvent({ Cookie: header }))).toEqual([outcome, outcome === 'allowed' ? 1 : 0]);
  });
});

describe('payload format 2.0 of HTTP APIs', () => {
  it.each<[string, AuthorizerEvent, Outcome]>([
    ['a cookie', httpApiEvent({}, [cookie(ENCODED)]), 'allowed'],
    ['cookies, good and bad', httpApiEvent({}, [cookie(ENCODED), cookie('x')]), 'allowed'],
    ['cookies, bad and good', httpApiEvent({}, [cookie('x'), cookie(ENCODED)]), 'unauthorized'],
    [
      'cookies, and a header that contradicts',
      httpApiEvent({ cookie: cookie(ENCODED) }, [cookie('x')]),
      'unauthorized',
    ],
    ['a bearer token', httpApiEvent({ authorization: `Bearer ${GOOD}` }), 'allowed'],
    ['two Authorization headers, joined', httpApiEvent({ authorization: `Bearer ${GOOD},x` }), 'unauthorized'],
    ['Authorization beside a good cookie', httpApiEvent({ authorization: 'x' }, [cookie(ENCODED)]), 'unauthorized'],
    ['1 MB of cookies', httpApiEvent({}, ['x'.repeat(1_000_000), cookie(ENCODED)]), 'unauthorized'],
    ['nothing', httpApiEvent({}), 'unauthorized'],
  ])('%s', async (_case, event, outcome) => {
    expect(await attempt(event)).toEqual([outcome, outcome === 'allowed' ? 1 : 0]);
  });
});

import path from 'node:path';
import { ObjectId } from 'mongodb';
import { testBanyan as banyan } from '../../../support/test-banyan';
import { inspectSession } from '../../../../proxy/cli/inspect/inspect-session';
import { fingerprint } from '../../../../proxy/cli/fingerprint';
import { withDatabase } from '../../../../proxy/cli/with-database';
import { run } from '../../../../proxy/cli/program';
import type { Authenticator } from '../../../../shared/session/authenticator';
import { passportUserData, type IdentityResolver } from '../../../../shared/session/identity';
import { passportUserId } from '../../../../shared/session/passport-user-id';
import { completeSession, resolveSession, type SessionOptions } from '../../../../shared/session/session-config';
import { sign } from '../../../../shared/session/unsign';
import { DAY, SECRETS, sessionOf, startSessionDatabase, USER, type SessionDatabase } from './session-database';
import { parseTestIdentity } from '../../../support/test-identity';

const ID = 'Zk3-session-id-that-nobody-may-see';
const NAME = 'shop.sid';
const STRANGER = 'c0ffee00deadbeef0123456789abcdef';

let database: SessionDatabase;
beforeAll(async () => (database = await startSessionDatabase()));
afterAll(() => database.close());
beforeEach(async () => {
  await database.clear();
  await database.save(ID, sessionOf(USER));
});

interface Setup {
  readonly session?: Partial<SessionOptions>;
  readonly identity?: IdentityResolver;
  readonly authenticators?: readonly Authenticator[];
  readonly now?: Date;
}

async function inspect(given: string, { session, identity, authenticators, now = new Date() }: Setup = {}) {
  const options = { ...banyan.session, secrets: [...SECRETS], ...session };
  const result = await inspectSession(given, {
    banyan: {
      identity: identity ?? passportUserData({ parse: parseTestIdentity }),
      authenticators: authenticators ?? banyan.authenticators,
    },
    session: resolveSession(completeSession(options), {}),
    db: () => Promise.resolve(database.db),
    now,
  });
  const output = `${result.text}${JSON.stringify(result.json)}`;
  expectNoSecret(output, given);
  return { ...result, line: (subject: string) => lineOf(result.text, subject) };
}

function expectNoSecret(output: string, given: string): void {
  const parts = decodeURIComponent(given.replace(/%(?![0-9a-f]{2})/gi, '')).split(/[.=\s]/);
  for (const secret of [...SECRETS, STRANGER, ID, given, ...parts])
    if (secret.length > 13) expect(output).not.toContain(secret);
}

const lineOf = (text: string, subject: string): string =>
  text
    .split(/\n(?! )/)
    .find((line) => line.slice(9).startsWith(`${subject} `))
    ?.replace(/\s+/g, ' ') ?? '';
const token = (id = ID, secret: string = SECRETS[0]): string => `s:${sign(id, secret)}`;
const change = (update: object) => database.db.collection('sessions').updateOne({}, { $set: update });

describe('an accepted token', () => {
  it('is explained step by step', async () => {
    const { exitCode, text, json, line } = await inspect(token());
    expect(exitCode).toBe(0);
    expect(line('form')).toMatch(/^ok form value of cookie shop\.sid; token fingerprint [0-9a-f]{8}$/);
    expect(line('signature')).toMatch(/^ok signature signed with secret 1 of 2, fingerprint [0-9a-f]{8}$/);
    expect(line('document')).toMatch(/^ok document found in \w+\.sessions$/);
    expect(line('format')).toBe('ok format reads as connect-mongo with stringify: true');
    expect(line('expiry')).toMatch(/^ok expiry expires in 13 d 23 h \(20/);
    expect(line('identity')).toBe('ok identity user u-17, with customerAccountId, fullName, roles');
    expect(line('touch')).toMatch(/^ok touch not due: last one \d s ago, touchAfter 300 s$/);
    expect(text).toMatch(/\naccepted\n$/);
    expect(text).not.toContain('Ann');
    expect(json).toMatchObject({
      accepted: true,
      identity: { userId: 'u-17', claims: ['customerAccountId', 'fullName', 'roles'] },
    });
  });

  it.each<[string, string]>([
    ['a percent-encoded value', encodeURIComponent(token())],
    ['a name=value pair', `${NAME}=${encodeURIComponent(token())}`],
    ['a whole Cookie header', `Cookie: theme=dark; ${NAME}=${encodeURIComponent(token())}; a=b`],
    ['a Set-Cookie line', `Set-Cookie: ${NAME}=${encodeURIComponent(token())}; Path=/; HttpOnly`],
    ['Bearer and the raw value', `Bearer ${token()}`],
    ['an Authorization header', `authorization: bearer ${encodeURIComponent(token())}`],
    ['white space around it', `  ${token()}\n`],
    ["curl's -H", `-H 'Cookie: theme=dark; ${NAME}=${encodeURIComponent(token())}' \\`],
    ["curl's --header", `--header "Authorization: Bearer ${token()}"`],
    ["curl's -b", `-b ${NAME}=${encodeURIComponent(token())}`],
  ])('may be given as %s', async (_case, given) => {
    expect(await inspect(given)).toMatchObject({ exitCode: 0 });
  });

  it('says that the second secret signed it', async () => {
    const { exitCode, line } = await inspect(token(ID, SECRETS[1]));
    expect(exitCode).toBe(0);
    expect(line('signature')).toContain('signed with secret 2 of 2');
  });

  it('says that a touch is due, and writes nothing', async () => {
    const before = await database.db.collection('sessions').findOne({});
    const later = new Date(Date.now() + 4 * DAY);
    const { line } = await inspect(token(), { now: later });
    const until = new Date(later.getTime() + 14 * DAY).toISOString();
    expect(line('touch')).toBe(
      `ok touch due: the next request extends the session until ${until}; this command writes nothing`,
    );
    expect(line('expiry')).toContain('expires in 9 d 23 h');
    expect(await database.db.collection('sessions').findOne({})).toEqual(before);
  });

  it('is told not to expire when its document has no expiry', async () => {
    await database.db.collection('sessions').updateOne({}, { $unset: { expires: '' } });
    expect((await inspect(token())).line('expiry')).toBe('ok expiry never: the document has no date');
  });

  it('is accepted below the cookie path only', async () => {
    const { text } = await inspect(token(), { session: { cookie: { path: '/app' } } });
    expect(text).toContain('accepted on paths that begin with /app');
  });

  it('of connect-mongodb-session is read, and never touched', async () => {
    await database.db.collection('web').insertOne({
      sid: ID,
      until: new Date(Date.now() + DAY),
      session: sessionOf(USER),
    });
    const store = {
      format: 'connect-mongodb-session',
      collection: 'web',
      idField: 'sid',
      expiresKey: 'until',
    } as const;
    const { exitCode, line } = await inspect(token(), { session: { store } });
    expect(exitCode).toBe(0);
    expect(line('format')).toContain('connect-mongodb-session with idField: sid, expiresKey: until');
    expect(line('expiry')).toContain('expires in 23 h 59 min');
    expect(line('touch')).toContain('never: this store does not extend');
  });
});

describe('a token that is refused before the database is asked', () => {
  const [head = '', signature = ''] = token().split('.');
  it.each<[string, string, string, string]>([
    ['another secret', token(ID, STRANGER), 'signature', 'not signed with any of the 2 secrets'],
    ['truncated', token().slice(0, -9), 'signature', 'has 34 of 43 characters: the token was cut off'],
    ['truncated before the signature', head, 'signature', 'has no signature'],
    ['padded', `${token()}=`, 'signature', 'padded with ='],
    ['base64url', `${head}.${'-_'.repeat(21)}x`, 'signature', 'base64url'],
    ['an empty id', `s:.${signature}`, 'signature', 'the session id is empty'],
    ['not signed', ID, 'form', 'does not begin with s:'],
    ['encoded twice', encodeURIComponent(encodeURIComponent(token())), 'form', 'percent-encoded twice'],
    ['under another name', `connect.sid=${encodeURIComponent(token())}`, 'form', 'no cookie is named shop.sid (of 1'],
    [
      'a JSON Web Token',
      'Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJlb2Z0aGU',
      'form',
      'JSON Web Token',
    ],
    ['Bearer without a signed value', `Bearer ${ID}`, 'form', 'is not Bearer and one signed value'],
    ['nothing', ' ', 'form', 'no token given'],
  ])('%s', async (_case, given, subject, text) => {
    const { exitCode, line, json } = await inspect(given);
    expect(exitCode).toBe(1);
    expect(line(subject)).toMatch(/^fault /);
    expect(line(subject)).toContain(text);
    expect(line('document')).toBe('');
    expect(json).toMatchObject({ accepted: false, verdict: 'not accepted: the authorizer answers 401' });
  });
});

describe('a token signed by nearly the same secret', () => {
  const [first, second] = SECRETS;

  it.each<[string, string, string[], string]>([
    [
      'a line break behind ours',
      first,
      [`${first}\n`],
      'but with the configured secret without the white space around it',
    ],
    ['quotes around ours', first, [second, `"${first}"`], 'but with secret 2 without the quotes around it'],
    ['a line break behind theirs', `${first}\n`, [first], 'but with the configured secret followed by a line break'],
    [
      'commas instead of a list',
      first,
      [`${second}, ${first}`],
      'but with a part of the configured secret, between commas',
    ],
    ['the text of the list as theirs', JSON.stringify(SECRETS), [...SECRETS], 'but with the JSON array itself'],
    ['spaces in that text', `["${first}", "${second}"]`, [...SECRETS], 'but with the JSON array itself'],
  ])('%s', async (_case, theirs, secrets, text) => {
    const { exitCode, line } = await inspect(token(ID, theirs), { session: { secrets } });
    expect(exitCode).toBe(1);
    expect(line('signature')).toContain(text);
  });

  it('or by quite another: the fingerprints to compare, and how', async () => {
    const { line } = await inspect(token(ID, STRANGER));
    expect(line('signature')).toContain(
      `not signed with any of the 2 secrets (fingerprints ${SECRETS.map(fingerprint).join(', ')}) -> compare`,
    );
    expect(line('signature')).toContain('sha256sum | cut -c1-8');
  });
});

const CONFIG = path.join(__dirname, '../../../support/project/banyan.config.ts');

describe('a variable that was damaged on its way', () => {
  const runWith = async (SESSION_SECRET: string, given: string) => {
    let out = '';
    const write = (text: string) => (out += text);
    const env = { MONGODB_URI: 'mongodb://127.0.0.1:1/x', SESSION_SECRET };
    const io = { env, readInput: () => Promise.resolve(given), write, writeError: write, now: () => new Date() };
    const exitCode = await run(['session', 'inspect', '-', '--config', CONFIG], io);
    expectNoSecret(out, given);
    return { exitCode, out: out.replace(/\s+/g, ' ') };
  };

  it.each<[string, string, string]>([
    ["Secrets Manager's JSON", JSON.stringify({ OTHER: 'x', SESSION_SECRET: SECRETS[0] }), 'is a JSON object'],
    ['a list inside such JSON', JSON.stringify({ SESSION_SECRET: JSON.stringify(SECRETS) }), 'is a JSON object'],
    ['a line break', `${SECRETS[0]}\n`, 'begins or ends with white space'],
    ['quotes and a line break', `"${SECRETS[0]}"\n`, 'begins or ends with white space'],
    ['an entry with quotes', JSON.stringify([STRANGER, `'${SECRETS[0]}'`]), 'entry 2 of 2, is enclosed in quotes'],
  ])('by %s: the value inside is tried', async (_case, value, looks) => {
    const good = await runWith(value, token());
    expect(good.exitCode).toBe(1);
    expect(good.out).toContain(looks);
    expect(good.out).toContain('the token matches the inner value -> fix the variable');
    expect(good.out).toContain('the authorizer answers 500');
    const bad = await runWith(value, token(ID, 'quite-another-secret'));
    expect(bad.out).toContain('does not match the inner value either');
  });

  it('beyond repair is refused by name', async () => {
    expect(await runWith('{{resolve:secretsmanager:x}}', token())).toMatchObject({
      exitCode: 2,
      out: expect.stringMatching(/^banyan: SESSION_SECRET is an unresolved placeholder/) as string,
    });
  });

  it('by being exchanged with that of the encryption', async () => {
    const encryption = { scheme: 'kruptein', secret: [STRANGER] } as const;
    const session = { store: { format: 'connect-mongo', encryption } } as const;
    const { line } = await inspect(token(ID, STRANGER), { session });
    expect(line('signature')).toContain(
      'but with the secret that encrypts the records -> the two variables are swapped',
    );
  });
});

describe('a well-signed token that is refused', () => {
  it('logged out', async () => {
    await database.db.collection('sessions').deleteMany({});
    await database.save('somebody-else', sessionOf(USER));
    const { exitCode, line } = await inspect(token());
    expect(exitCode).toBe(1);
    expect(line('document')).toMatch(/fault document not in \w+\.sessions: logged out, expired and removed/);
    expect(line('document')).toContain("not the monolith's database");
  });

  it('the wrong database', async () => {
    await database.clear();
    expect((await inspect(token())).line('document')).toContain(
      '.sessions is empty: check the database in MONGODB_URI',
    );
  });

  it('another collection of the same database', async () => {
    const { line } = await inspect(token(), { session: { store: { format: 'connect-mongo', collectionName: 'web' } } });
    expect(line('document')).toMatch(
      /^fault document not in \w+\.web, but in sessions of the same database -> set that collection in session\.store/,
    );
  });

  it('expired', async () => {
    await change({ expires: new Date(Date.now() - 5 * 60_000 - 500) });
    const { exitCode, line } = await inspect(token());
    expect(exitCode).toBe(1);
    expect(line('document')).toContain('expired 5 min ago (found when expiry is ignored');
  });

  it.each<[string, unknown, string]>([
    ['null', null, 'null'],
    ['text', '2099-01-01', 'a string'],
  ])('an expiry that is %s', async (_case, expires, kind) => {
    await change({ expires });
    expect((await inspect(token())).line('document')).toContain(`its expiry is ${kind}, not a date`);
  });

  it('the wrong format: the authorizer answers 500', async () => {
    await change({ session: sessionOf(USER) });
    const { exitCode, text, line } = await inspect(token());
    expect(exitCode).toBe(1);
    expect(line('document')).toMatch(/^ok/);
    expect(line('format')).toContain('it looks like connect-mongo with stringify: false, or connect-mongodb-session');
    expect(text).toContain('not accepted: the authorizer answers 500');
  });

  it('a broken record', async () => {
    await change({ session: '{"cookie":' });
    const { exitCode, line } = await inspect(token());
    expect(exitCode).toBe(1);
    expect(line('format')).toContain('neither JSON nor an object');
  });

  it.each<[string, object, string]>([
    ['no user', sessionOf(undefined), 'not logged in (keys in the session: cookie)'],
    ['an empty passport', { ...sessionOf(undefined), passport: {} }, 'passport has no user: logged out'],
    ['another passport key', { ...sessionOf(undefined), auth: { user: USER } }, '(keys in the session: cookie, auth)'],
    ['a bad passport user', sessionOf({ userId: 'u-17', admin: 1 }), '(keys: userId, admin) was not recognised'],
    ['only an id', sessionOf('64b000000000000000000001'), 'the user in the session is text, which matches no user'],
  ])('%s', async (_case, session, text) => {
    await change({ session: JSON.stringify(session) });
    const { exitCode, line } = await inspect(token());
    expect(exitCode).toBe(1);
    expect(line('identity')).toMatch(/^fault /);
    expect(line('identity')).toContain(text);
  });

  it('a user that is an ObjectId, where data is expected', async () => {
    await change({ session: sessionOf(new ObjectId()) });
    const session = { store: { format: 'connect-mongo', stringify: false } } as const;
    expect((await inspect(token(), { session })).line('identity')).toContain('is an ObjectId');
  });

  it('keys that could be somebody’s data are not shown', async () => {
    await change({ session: JSON.stringify({ ...sessionOf(undefined), [`cart of ${ID}`]: 1 }) });
    expect((await inspect(token())).line('identity')).toContain('(keys in the session: cookie, ?)');
  });

  it('an identity that fails: the authorizer answers 500', async () => {
    const fromSession = () => {
      throw new TypeError(`about ${ID}`);
    };
    const identity = { ...passportUserData({ parse: parseTestIdentity }), fromSession };
    const { exitCode, text, line } = await inspect(token(), { identity });
    expect(exitCode).toBe(1);
    expect(line('identity')).toContain('identity in banyan.config.ts failed with TypeError');
    expect(text).toContain('500');
  });

  it('a hook of the store that fails', async () => {
    const transformId = () => {
      throw new RangeError(ID);
    };
    const { line } = await inspect(token(), { session: { store: { format: 'connect-mongo', transformId } } });
    expect(line('format')).toContain('a hook of session.store failed with RangeError');
  });

  it('a session that no authenticator asks for', async () => {
    const other: Authenticator = {
      name: 'x',
      authenticate: () => Promise.resolve({ outcome: 'anonymous', reason: 'no credential' }),
    };
    const { exitCode, line } = await inspect(token(), { authenticators: [other] });
    expect(exitCode).toBe(1);
    expect(line('authenticators')).toContain('the session authenticator is missing');
  });
});

describe('the database away', () => {
  const away = 'mongodb://127.0.0.1:1/eventsapp?serverSelectionTimeoutMS=1500';
  const runAway = async (...argv: string[]) => {
    let out = '';
    const env = { MONGODB_URI: away, SESSION_SECRET: JSON.stringify(SECRETS) };
    const write = (text: string) => (out += text);
    const io = { env, readInput: () => Promise.resolve(token()), write, writeError: write, now: () => new Date() };
    const exitCode = await run([...argv, '--config', CONFIG], io);
    expectNoSecret(out, token());
    return { exitCode, out };
  };

  it('ends with 2 and one line', async () => {
    const { exitCode, out } = await runAway('session', 'inspect', '-');
    expect(exitCode).toBe(2);
    expect(out).toMatch(/^banyan: MongoDB cannot be reached \(.*127\.0\.0\.1:1\); check MONGODB_URI .*\n$/);
  });

  it('does not matter for a token that is not signed', async () => {
    expect(await runAway('session', 'inspect', ID)).toMatchObject({ exitCode: 1 });
  });

  it('is no finding about an identity that needs a read', async () => {
    const findUser = (): Promise<unknown> =>
      withDatabase(away, async (db) => (await db()).collection('users').findOne());
    await database.save(ID, sessionOf('64b000000000000000000001'));
    await expect(inspect(token(), { identity: passportUserId({ findUser }) })).rejects.toThrow('ECONNREFUSED');
  });
});

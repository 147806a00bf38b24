import fc from 'fast-check';
import { BanyanError, ConfigError } from '../../../shared/errors';
import { loggableError } from '../../../shared/loggable-error';
import { forTerminal, oneLine, printable, shownMessage, withoutUrlSecrets } from '../../../shared/printable';

const STEERS = /[\p{Cc}\u202a-\u202e\u2066-\u2069\u200b-\u200f\u2028\u2029\ufeff]/u;

describe('text of others in a terminal', () => {
  it.each([
    ['a\u001b[2J', 'a\\u001b[2J'],
    ['a\nb\rc\td', 'a\\nb\\rc\\td'],
    ['\u009b31m', '\\u009b31m'],
    ['\u202egnp.exe', '\\u202egnp.exe'],
    ['Grüße, 東京 🎉', 'Grüße, 東京 🎉'],
  ])('%j is printed as %s', (text, shown) => expect(printable(text)).toBe(shown));

  it('never steers, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 40 }), (text, longest) => {
        expect(printable(text)).not.toMatch(STEERS);
        expect(oneLine(text, longest)).not.toMatch(STEERS);
        expect(oneLine(text, longest).length).toBeLessThanOrEqual(longest);
        expect(forTerminal(text).replace(/\u001b\[(?:[\d;]*m|2?K)|[\r\n\t]/g, '')).not.toMatch(STEERS);
      }),
    );
  });

  it('keeps lines and colours of our own', () => {
    const own = '\u001b[31mred\u001b[39m\tx\r\u001b[2K\n';
    expect(forTerminal(own)).toBe(own);
    expect(forTerminal('\u001b]0;title\u0007\u001b[1A')).toBe('\\u001b]0;title\\u0007\\u001b[1A');
  });
});

describe('addresses in text', () => {
  it.each([
    ['mongodb://ann:hunter2@db.example/app', 'mongodb://[redacted]@db.example/app'],
    [
      'mongodb+srv://ann:p@ss/wo?rd@db.example/app?authSource=admin',
      'mongodb+srv://[redacted]@db.example/app?[redacted]',
    ],
    ['LEGACY_URL is "http://u:p@h:80/x"; expected', 'LEGACY_URL is "http://[redacted]@h:80/x"; expected'],
    ['https://hooks.example.com/services/T0AB12/B9XX/k3jx9mqaQ2', 'https://hooks.example.com/services/(other)'],
    ['https://q.example/jobs?X-Amz-Signature=abc', 'https://q.example/jobs?[redacted]'],
    ['http://127.0.0.1:3001', 'http://127.0.0.1:3001'],
    ['such as https://hooks.example.com/...', 'such as https://hooks.example.com/...'],
    ['at file:///srv/Qx7/a.js:1:2', 'at file:///srv/Qx7/a.js:1:2'],
  ])('%s is shown as %s', (text, shown) => expect(withoutUrlSecrets(text)).toBe(shown));

  it('have no password in errors of ours', () => {
    const uri = 'mongodb://ann:hunter2@db.example/app';
    const faults = new ConfigError('Environment', [`PORT is "${uri}"`]);
    expect(`${faults.message} ${faults.faults.join()} ${String(faults.stack)}`).not.toContain('hunter2');
    expect(new BanyanError(`no ${uri}`, { code: 'x' }).message).toBe('no mongodb://[redacted]@db.example/app');
  });
});

describe('errors in a log', () => {
  const ODD = 'Qx7TzR2mK9pLw4Vb8NcY1sDf';
  it.each([
    ['connect ECONNREFUSED 127.0.0.1:3001', 'connect ECONNREFUSED 127.0.0.1:3001'],
    ['getaddrinfo ENOTFOUND db.example', 'getaddrinfo ENOTFOUND db.example'],
    ["Cannot read properties of undefined (reading 'map')", "Cannot read properties of undefined (reading 'map')"],
    [
      "ENOENT: no such file or directory, open '/var/lib/banyan/overrides.json'",
      "ENOENT: no such file or directory, open '/var/lib/banyan/overrides.json'",
    ],
    ['no answer within 3000 ms', 'no answer within 3000 ms'],
    [`Unexpected token 'Q', "${ODD}" is not valid JSON`, `Unexpected token 'Q', "(other)" is not valid JSON`],
    [
      'E11000 duplicate key error collection: app.users index: email_1 dup key: { email: "ann@example.com" }',
      'E11000 duplicate key error collection: app.users index: email_1 dup key: {(other)}',
    ],
    [`no event ${ODD}`, 'no event (other)'],
    [`Cannot GET /api/${ODD}/x`, 'Cannot GET (other)'],
  ])('%s is logged as %s', (message, shown) => expect(shownMessage(message)).toBe(shown));

  it('say neither what they were given nor an address with a password, causes included', () => {
    const badUrl = (() => {
      try {
        return new URL(`//u:${ODD}@`);
      } catch (error) {
        return error;
      }
    })();
    const cause = new Error(`Request cannot be constructed from a URL that includes credentials: https://u:${ODD}@h/`, {
      cause: badUrl,
    });
    const error = Object.assign(new TypeError(`bad ${ODD}`, { cause }), { keyValue: { email: ODD }, code: 11_000 });
    const logged = JSON.stringify(loggableError(error));
    expect(logged).not.toContain(ODD);
    expect(JSON.parse(logged)).toMatchObject({
      name: 'TypeError',
      code: 11_000,
      message: 'bad (other)',
      stack: expect.stringMatching(/^ +at /) as unknown,
      cause: { message: 'Request cannot be constructed from a URL that includes credentials: https://[redacted]@h/' },
    });
  });
});

describe('what an error says that quotes a client', () => {
  it('has only frames behind the message, and of the form of frames', () => {
    const token = 's:Zk3x9_secretToken';
    const error = new Error(`not found: x\n    at ${token}\n    at ${token} (/a/b.js:1:1)`);
    const { stack = '' } = loggableError(error);
    expect(JSON.stringify(loggableError(error))).not.toContain('Zk3x9');
    expect(stack).toContain('printable.test.ts');
    for (const line of stack.split('\n')) expect(line).toMatch(/^ {4}at /);
  });

  it.each(['pa ss', "pa'ss", 'pa<ss', 'pa"ss', 'pa`ss'])('has no password that was not encoded: %s', (password) => {
    expect(withoutUrlSecrets(`mongodb://ann:${password}@db/x is unavailable`)).toBe(
      'mongodb://[redacted]@db/x is unavailable',
    );
  });

  it('has no half of an address where it is cut', () => {
    for (let before = 440; before < 500; before += 1) {
      const shown = shownMessage(`${'a '.repeat(before / 2)}mongodb://admin:Sup3rSecretPassw0rd@db/x`);
      expect(shown).not.toContain('Sup3r');
    }
  });
});

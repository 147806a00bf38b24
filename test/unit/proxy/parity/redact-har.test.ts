import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runBanyan } from '../../../support/run-banyan';
import { parseHar } from '../../../../shared/recording/har/parse-har';

const ROOT = path.join(__dirname, '../../../..');
const TOKEN = `s%3A${'a'.repeat(32)}.${'B'.repeat(43)}`;
/** As a browser exports it: more than the format has. */
const BROWSER = {
  log: {
    version: '1.2',
    creator: { name: 'WebInspector', version: '537.36' },
    pages: [{ title: `https://shop.example/?token=${TOKEN}` }],
    entries: [
      {
        _initiator: { stack: TOKEN },
        _webSocketMessages: [{ data: 'hidden words' }],
        startedDateTime: '2026-11-23T12:00:00.000Z',
        time: 5,
        request: {
          method: 'POST',
          url: 'https://shop.example/api/auth/login',
          httpVersion: 'http/2.0',
          headers: [
            { name: ':path', value: '/api/auth/login' },
            { name: 'cookie', value: `shop.sid=${TOKEN}; tracker=who-i-am` },
            { name: 'x-api-key', value: 'a-real-key' },
          ],
          cookies: [{ name: 'shop.sid', value: TOKEN }],
          queryString: [],
          postData: { mimeType: 'application/json', text: '{"email":"member@example.com","password":"hunter22"}' },
          headersSize: -1,
          bodySize: 52,
        },
        response: {
          status: 200,
          statusText: '',
          httpVersion: 'http/2.0',
          headers: [{ name: 'set-cookie', value: `shop.sid=s%3A${'c'.repeat(32)}.${'D'.repeat(43)}; Path=/` }],
          cookies: [],
          content: { size: 2, mimeType: 'application/json', text: '{"ok":true}' },
          redirectURL: '',
          headersSize: -1,
          bodySize: 2,
        },
        cache: {},
        timings: { send: 0, wait: 5, receive: 0 },
      },
    ],
  },
};

describe('banyan parity redact', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'banyan-redact-'));
    await writeFile(path.join(folder, 'in.har'), JSON.stringify(BROWSER));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const redact = async (...args: string[]): Promise<{ code: number; out: string; err: string }> => {
    const config = path.join(ROOT, 'test/support/project/banyan.config.ts');
    const { exitCode: code, ...texts } = await runBanyan(['parity', 'redact', ...args, '--config', config], {});
    return { code, ...texts };
  };
  const file = (name: string): string => path.join(folder, name);

  it('writes a recording without secrets, readable for its owner alone, and says what is in it', async () => {
    const { code, out } = await redact(file('in.har'), file('out.har'));
    expect(code).toBe(0);
    expect(out).toContain('1 exchange, 2 sessions');
    expect(out).toContain('session-2 member@example.com');
    const text = await readFile(file('out.har'), 'utf8');
    for (const secret of ['hunter22', 'a-real-key', 'who-i-am', 'aaaaaaaa', 'cccccccc', 'hidden words'])
      expect(text).not.toContain(secret);
    expect(parseHar(text, 'out.har').har.log.entries[0]?._banyan).toMatchObject({
      session: 'session-1',
      begins: 'session-2',
    });
    expect((await stat(file('out.har'))).mode & 0o777).toBe(0o600);
  });

  it('changes nothing in a recording that it has written', async () => {
    await redact(file('in.har'), file('once.har'));
    await redact(file('once.har'), file('twice.har'));
    expect(await readFile(file('twice.har'), 'utf8')).toBe(await readFile(file('once.har'), 'utf8'));
  });

  it('writes over nothing unless told to, and tells a script what it did', async () => {
    await writeFile(file('out.har'), 'mine');
    const refused = await redact(file('in.har'), file('out.har'));
    expect(refused).toMatchObject({ code: 2, out: '' });
    expect(refused.err).toMatch(/out\.har already exists.*--overwrite/);
    expect(await readFile(file('out.har'), 'utf8')).toBe('mine');
    const { code, out } = await redact(file('in.har'), file('out.har'), '--overwrite', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ exchanges: 1, sessions: ['session-1', 'session-2'], repaired: false });
  });

  it.each([
    ['a file that is not there', 'none.har', undefined, /none\.har cannot be read/],
    ['no JSON', 'bad.har', '{', /bad\.har .*Export HAR/],
    ['no HAR', 'bad.har', '{"a":1}', /bad\.har log: found nothing; .*Export HAR/],
  ])('refuses %s', async (_name, name, content, message) => {
    if (content !== undefined) await writeFile(file(name), content);
    const { code, err } = await redact(file(name), file('out.har'));
    expect(code).toBe(2);
    expect(err).toMatch(message);
    await expect(stat(file('out.har'))).rejects.toThrow();
  });
});

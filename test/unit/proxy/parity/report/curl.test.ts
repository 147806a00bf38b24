import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { toCurl } from '../../../../../proxy/parity/report/curl';
import type { ReportedRequest } from '../../../../../shared/parity/result';
import { textBody } from './sample-run';

const URL = 'http://127.0.0.1:3001';

/** What the shell hands to curl, and what is piped into it. */
function run(command: string, env: Record<string, string> = {}): { args: string[]; input: string } {
  const script = `curl() { printf '%s\\0' "$@"; printf 'INPUT\\0'; case " $* " in *' @- '*|*' @- ') cat;; esac; }\n${command}`;
  const { stdout, stderr, status } = spawnSync('sh', ['-c', script], { env: { PATH: process.env['PATH'], ...env } });
  expect({ status, stderr: stderr.toString() }).toEqual({ status: 0, stderr: '' });
  const parts = stdout.toString('latin1').split('\0');
  const end = parts.lastIndexOf('INPUT');
  return {
    args: parts.slice(0, end).map((arg) => Buffer.from(arg, 'latin1').toString()),
    input: parts.slice(end + 1).join('\0'),
  };
}

const request = (change: Partial<ReportedRequest> = {}): ReportedRequest => ({
  method: 'GET',
  path: '/api/events?page=1',
  headers: [],
  ...change,
});

describe('a request as curl', () => {
  it('is the request, less what curl says itself', () => {
    const headers = [
      ['Host', '127.0.0.1'],
      ['Accept', 'text/html'],
      ['X-Empty', ''],
      ['Content-Length', '3'],
    ] as const;
    expect(run(toCurl(request({ headers }), `${URL}/`, 'member')).args).toEqual([
      '-s',
      '-i',
      '--path-as-is',
      '-g',
      `${URL}/api/events?page=1`,
      '-H',
      'Accept: text/html',
      '-H',
      'X-Empty;',
    ]);
  });

  it('has a variable for each credential, which the shell does not look into', () => {
    const headers = [
      ['Cookie', 'a=1; eventsapp.sid=[redacted]; b=2'],
      ['X-Api-Key', '[redacted]'],
    ] as const;
    const command = toCurl(request({ headers }), URL, 'organiser\nrm -rf x');
    expect(command.split('\n').slice(0, 2)).toEqual([
      '# COOKIE: the Cookie value of "organiser rm -rf x": log in as described by parity.identities in banyan.config.ts; it is name=value from the Set-Cookie of the answer',
      '# X_API_KEY: the X-Api-Key value of "organiser rm -rf x"',
    ]);
    const { args } = run(command, { COOKIE: 's:a b$(id)', X_API_KEY: '`k`' });
    expect(args).toContain('Cookie: a=1; eventsapp.sid=s:a b$(id); b=2');
    expect(args).toContain('X-Api-Key: `k`');
  });

  it('has a variable for a secret of the query', () => {
    const command = toCurl(request({ path: '/a?access_token=[redacted]&b=1' }), URL, 'member');
    expect(command).toContain('# SECRET: the value from the query');
    expect(run(command, { SECRET: 'x y' }).args).toContain(`${URL}/a?access_token=x y&b=1`);
  });

  it('asks for a head as curl wants it, and sends no form by accident', () => {
    expect(run(toCurl(request({ method: 'HEAD' }), URL, 'member')).args).toContain('--head');
    const { args } = run(toCurl(request({ method: 'POST', body: textBody('@/etc/hostname') }), URL, 'member'));
    expect(args).toEqual([
      '-s',
      '-i',
      '-X',
      'POST',
      '--path-as-is',
      '-g',
      `${URL}/api/events?page=1`,
      '-H',
      'Content-Type:',
      '--data-raw',
      '@/etc/hostname',
    ]);
  });

  it('pipes what is no text', () => {
    const bytes = Buffer.from([0, 1, 0xff, 0x27, 10]);
    const body = { ...textBody(''), length: 5, encoding: 'base64' as const, content: bytes.toString('base64') };
    const { args, input } = run(toCurl(request({ method: 'PUT', body }), URL, 'member'));
    expect(args.slice(-2)).toEqual(['--data-binary', '@-']);
    expect(Buffer.from(input, 'latin1')).toEqual(bytes);
  });

  it('says when the body is not in the report', () => {
    const body = { ...textBody('x'.repeat(10)), length: 99_999, truncated: true };
    const command = toCurl(request({ method: 'POST', body }), URL, 'member');
    expect(command).toContain('# the body (99999 bytes) is not in the report');
    expect(run(command).args).not.toContain('--data-raw');
  });

  it('reaches curl unchanged, whatever is in it, and runs nothing else', () => {
    const nasty = fc.string();
    const piece = fc.oneof(
      nasty,
      fc.constantFrom("'", '$(touch x)', '`id`', '\\', '"', '\n', ';', '&&', '!!', 'é', '[redacted'),
    );
    const text = fc
      .array(piece, { maxLength: 6 })
      .map((pieces) => pieces.join('').replaceAll('\0', '').replaceAll('[redacted]', ''));
    fc.assert(
      fc.property(text, text, text, (path, value, body) => {
        const given = request({
          method: 'POST',
          path: `/${path}`,
          headers: [['X-A', `v${value}`]],
          body: textBody(`b${body}`),
        });
        const { args } = run(toCurl(given, URL, 'member'));
        const sent = (s: string): string => Buffer.from(s).toString();
        expect(args[6]).toBe(sent(`${URL}/${path}`));
        expect(args[8]).toBe(sent(`X-A: v${value}`));
        expect(args.at(-1)).toBe(sent(`b${body}`));
      }),
      { numRuns: 60 },
    );
  });
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startMonolith, waitForMonolith, type RunningMonolith } from '../../../../proxy/dev/monolith';
import { freePort } from '../../../../shared/local/free-port';
import { listen } from '../../../support/listen';
import { waitFor } from '../../../support/wait-for';

describe('a monolith started by a command', () => {
  let folder: string;
  let running: RunningMonolith | undefined;
  const printed: string[] = [];

  beforeAll(async () => (folder = await mkdtemp(path.join(tmpdir(), 'banyan-monolith-'))));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  beforeEach(() => (printed.length = 0));
  afterEach(async () => {
    await running?.close();
    running = undefined;
  });

  /** Runs a program that has `listen(port)`, which prints the process and answers with its name. */
  const start = async (program: string, { timeLimit = 20_000 } = {}): Promise<RunningMonolith> => {
    const prelude = `const listen = (port, host) => require('http').createServer((_, r) => r.end('it is ' + process.env.NAME)).listen(port, host, () => console.log('process ' + process.pid));`;
    await writeFile(path.join(folder, 'app.js'), `${prelude}\n${program}`);
    const port = await freePort();
    return startMonolith({
      // A shell and a child of its own.
      command: 'node app.js & wait $!',
      cwd: folder,
      port,
      timeLimit,
      env: { PATH: process.env['PATH'], PORT: String(port), NAME: 'this' },
      onLine: (line) => printed.push(line),
    });
  };
  const pid = (): number => Number(/process (\d+)/.exec(printed.join())?.[1] ?? NaN);
  const isAlive = (): boolean => {
    try {
      return process.kill(pid(), 0);
    } catch {
      return false;
    }
  };

  it('gets PORT, and ends with all that it started', async () => {
    running = await start('listen(process.env.PORT)');
    expect(running.notes).toBeUndefined();
    expect(await (await fetch(running.url)).text()).toBe('it is this');
    await waitFor('its line', () => isAlive());
    await running.close();
    await waitFor('its end', () => !isAlive());
  });

  it('is found where it listens when it does not read PORT', async () => {
    const other = await freePort();
    running = await start(`listen(${other})`);
    expect(running.url).toBe(`http://127.0.0.1:${other}`);
    expect(running.notes?.join()).toMatch(/ignores PORT \d+ and listens on port \d+/);
    expect(await (await fetch(running.url)).text()).toBe('it is this');
  });

  it('is found on ::1', async () => {
    running = await start(`listen(process.env.PORT, '::1')`);
    expect(running.url).toMatch(/^http:\/\/\[::1\]:/);
    expect((await fetch(running.url)).status).toBe(200);
  });

  it('must listen on one port, if not on PORT', async () => {
    const [one, two] = [await freePort(), await freePort()];
    const ports = [one, two].sort((a, b) => a - b).join(', ');
    await expect(start(`listen(${one}); listen(${two})`)).rejects.toThrow(
      new RegExp(`does not listen on PORT \\d+, but on ports ${ports}[^]*-> .*--legacy http`),
    );
    await waitFor('its end', () => !isAlive());
  });

  it('that throws is reported with its last lines', async () => {
    await expect(start(`throw new Error('SITE_NAME is not set')`)).rejects.toThrow(
      /\(node app\.js & wait \$!\) ended with exit code 1 before it listened[^]*SITE_NAME is not set[^]*-> start it by hand/,
    );
  });

  it('that never listens is ended', async () => {
    await expect(
      start(`console.log('process ' + process.pid); setInterval(() => {}, 1e6)`, { timeLimit: 1_000 }),
    ).rejects.toThrow(
      /did not listen on PORT \d+ within 1 s\nit printed last:\n {2}process \d+\n-> make it listen on PORT/,
    );
    await waitFor('its end', () => !isAlive());
  });

  it('that is killed says how it ended', async () => {
    running = await start('listen(process.env.PORT)');
    await waitFor('its line', () => isAlive());
    process.kill(pid(), 'SIGKILL');
    expect(await running.ended).toBe('exit code 137 (killed by SIGKILL)');
  });
});

it('a monolith that runs already is waited for, and left alone', async () => {
  const server = createServer();
  const port = await listen(server);
  const url = new URL(`http://127.0.0.1:${port}`);
  await (await waitForMonolith(url)).close();
  expect(server.listening).toBe(true);
  await new Promise((resolve) => server.close(resolve));
  await expect(waitForMonolith(url, 100)).rejects.toThrow(
    /does not accept connections at http:\/\/127[^]*-> start it, or/,
  );
});

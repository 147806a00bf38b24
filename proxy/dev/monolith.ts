import { connect } from 'node:net';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { BanyanError } from '../../shared/errors';
import { listeningPorts } from './listening-ports';
import { startProjectProcess, type ProjectProcessOptions } from './project-process';

/** The monolith, listening. */
export interface RunningMonolith {
  readonly url: string;
  /** What was noticed at its start, for the user. */
  readonly notes?: readonly string[];
  /** Resolves with how it ended, unless it was stopped. */
  readonly ended?: Promise<string>;
  close(): Promise<void>;
}

interface MonolithOptions extends ProjectProcessOptions {
  /** Given to it as `PORT`. */
  readonly port: number;
  /** It must listen within (ms). */
  readonly timeLimit?: number;
}

const TIME_LIMIT = 60_000;
const URL_TIME_LIMIT = 10_000;
const LOOK_EVERY = 25;
/** Looking elsewhere costs more. */
const LOOK_ELSEWHERE_EVERY = 500;
/** A port other than the one it was given counts when it is the same for so long: more may follow. */
const SETTLED_AFTER = 2_000;
const HOSTS = ['127.0.0.1', '::1'];

/**
 * Starts the monolith by a command and waits until it accepts connections. One that listens elsewhere than on the port that it was given is found by
 * the port on which its processes listen.
 *
 * @throws BanyanError `monolith_failed` when it ends or does not listen in time, with its last lines
 */
export async function startMonolith({
  port,
  timeLimit = TIME_LIMIT,
  ...options
}: MonolithOptions): Promise<RunningMonolith> {
  const running = startProjectProcess(options);
  const { ended, group } = running;
  let end: string | undefined;
  void ended.then((how) => (end = how));
  const fail = (what: string, remedy: string): BanyanError => {
    const said = running.lastLines().map((line) => `  ${line}`);
    const wrote = said.length === 0 ? ['  it printed nothing'] : ['it printed last:', ...said];
    const lines = [`the monolith (${options.command}) ${what}`, ...wrote, `-> ${remedy}`];
    return new BanyanError(lines.join('\n'), { code: 'monolith_failed' });
  };
  try {
    const begun = performance.now();
    let others = { ports: '', since: 0, lookedAt: begun };
    for (;;) {
      // Read again: it changes while the loop waits.
      const how = (() => end)();
      if (how !== undefined)
        throw fail(`ended with ${how} before it listened`, 'start it by hand and fix what it reports');
      const now = performance.now();
      const isTimeToLook = now - others.lookedAt > LOOK_ELSEWHERE_EVERY;
      const host = await acceptingHost(port, isTimeToLook ? HOSTS : ['127.0.0.1']);
      if (host !== undefined) return { url: urlOf(host, port), ended, close: () => running.stop() };
      if (isTimeToLook) {
        const ports = [...(await listeningPorts(group))].sort((a, b) => a - b).join(', ');
        others = { ports, since: ports === others.ports ? others.since : now, lookedAt: now };
      }
      const isSettled = others.ports !== '' && now - others.since > SETTLED_AFTER;
      if (isSettled && !others.ports.includes(',')) {
        const found = Number(others.ports);
        const at = await acceptingHost(found);
        const notes = [`it ignores PORT ${port} and listens on port ${found}`];
        if (at !== undefined) return { url: urlOf(at, found), notes, ended, close: () => running.stop() };
      }
      if (isSettled && others.ports.includes(','))
        throw fail(
          `does not listen on PORT ${port}, but on ports ${others.ports}`,
          'make it listen on PORT, or start it yourself and name it: --legacy http://127.0.0.1:<port>',
        );
      if (now - begun > timeLimit)
        throw fail(
          `did not listen on PORT ${port} within ${timeLimit / 1000} s`,
          'make it listen on PORT, or start it yourself and name it: --legacy http://127.0.0.1:<port>',
        );
      await Promise.race([delay(LOOK_EVERY), ended]);
    }
  } catch (error) {
    await running.stop();
    throw error;
  }
}

/** Waits until something accepts connections at the URL. Throws BanyanError `monolith_failed` after 10 s. */
export async function waitForMonolith(url: URL, timeLimit = URL_TIME_LIMIT): Promise<RunningMonolith> {
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
  const deadline = performance.now() + timeLimit;
  while (!(await accepts(url.hostname.replace(/^\[|\]$/g, ''), port))) {
    if (performance.now() > deadline)
      throw new BanyanError(
        `the monolith does not accept connections at ${url.origin} (${timeLimit / 1000} s)\n-> start it, or give the command that starts it: --legacy 'node server.js'`,
        { code: 'monolith_failed' },
      );
    await delay(LOOK_EVERY);
  }
  return { url: url.origin, close: () => Promise.resolve() };
}

const urlOf = (host: string, port: number): string => `http://${host.includes(':') ? `[${host}]` : host}:${port}`;

async function acceptingHost(port: number, hosts = HOSTS): Promise<string | undefined> {
  for (const host of hosts) if (await accepts(host, port)) return host;
  return undefined;
}

async function accepts(host: string, port: number): Promise<boolean> {
  const socket = connect({ host, port });
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(1_000) });
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

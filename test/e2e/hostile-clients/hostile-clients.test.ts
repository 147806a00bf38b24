import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request as httpRequest } from 'node:http';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { startSubject, type Subject } from '../../bench/subject';
import { waitFor } from '../../support/wait-for';
import { ATTACKS } from './attacks';

/** What the others' median may be, in ms. */
const MEDIAN_LIMIT = 50;
/** On a machine that is busy with something else: so many times what it is without an attack. */
const TIMES_UNATTACKED = 3;
const OTHERS = 60;
const MAX_UPSTREAM_CONNECTIONS = 200;

const connections = z.object({ open: z.number(), most: z.number() });
const opened = z.object({ opened: z.number() });

/**
 * One client does its worst, while others are measured: every answer of theirs is right, and they wait no longer than without it. Proxy,
 * upstream and the hostile client are processes of their own, so that what is measured is the proxy.
 */
describe('while one client', () => {
  let upstream: Subject;
  let proxy: Subject;
  let attacker: ChildProcess | undefined;
  /** The others' median since the last attack. */
  let unattacked: number;

  beforeAll(async () => {
    upstream = await startSubject(path.join(__dirname, 'upstream.ts'), [], {});
    proxy = await startSubject(
      path.join(__dirname, '../../bench/subjects/banyan.ts'),
      [`http://127.0.0.1:${upstream.port}`],
      {
        ROUTES_FILE: path.join(__dirname, '../../support/no-routes.yml'),
        MAX_UPSTREAM_CONNECTIONS: String(MAX_UPSTREAM_CONNECTIONS),
        LOG_LEVEL: 'silent',
      },
    );
    unattacked = await medianOfOthers();
  }, 60_000);
  afterEach(() => void attacker?.kill('SIGKILL'));
  afterAll(async () => {
    await proxy.stop();
    await upstream.stop();
  });

  /** Another client than the hostile one: another address, a connection that it keeps. */
  const ask = (agent: Agent, target: string): Promise<{ ms: number; body: string }> =>
    new Promise((resolve, reject) => {
      const begun = performance.now();
      const options = { agent, host: '127.0.0.1', port: proxy.port, path: target, localAddress: '127.0.0.3' };
      httpRequest(options, (response) => {
        let body = '';
        response.on('data', (chunk: Buffer) => (body += chunk.toString()));
        response.on('end', () => resolve({ ms: performance.now() - begun, body }));
        response.on('error', reject);
      })
        .on('error', reject)
        .end();
    });

  /** How long half of the others wait at most, in ms, when every answer is right. */
  const medianOfOthers = async (): Promise<number> => {
    const agents = [0, 1, 2].map(() => new Agent({ keepAlive: true, maxSockets: 1 }));
    const times: number[] = [];
    try {
      for (let i = 0; i < OTHERS / agents.length; i += 1) {
        const targets = agents.map((_agent, which) => `/other/${which}/${i}`);
        const answers = await Promise.all(agents.map((agent, which) => ask(agent, targets[which] ?? '')));
        expect(answers.map(({ body }) => body)).toEqual(targets.map((target) => `answer to ${target}`));
        times.push(...answers.map(({ ms }) => ms));
        // As clients do, they wait between two requests.
        await delay(20);
      }
    } finally {
      for (const agent of agents) agent.destroy();
    }
    return times.sort((a, b) => a - b)[OTHERS / 2] ?? Infinity;
  };

  const upstreamConnections = async (): Promise<z.infer<typeof connections>> => {
    upstream.process.send('connections');
    const [message] = (await once(upstream.process, 'message')) as [unknown];
    return connections.parse(message);
  };

  it.each([...ATTACKS.keys()])('%s, others are answered, and soon', async (name) => {
    const before = unattacked;
    attacker = fork(path.join(__dirname, 'attacker.ts'), [String(proxy.port), name], {
      execArgv: ['--import', 'tsx'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const [message] = (await once(attacker, 'message')) as [unknown];
    const hostile = opened.parse(message).opened;
    const during = await medianOfOthers();
    const { most } = await upstreamConnections();
    attacker.kill('SIGKILL');
    // Nothing of it is left once the hostile client has gone.
    await waitFor('its connections to the upstream to be free', async () => {
      await delay(50);
      return (await upstreamConnections()).open <= MAX_UPSTREAM_CONNECTIONS;
    });
    unattacked = await medianOfOthers();
    expect(during).toBeLessThan(Math.max(MEDIAN_LIMIT, TIMES_UNATTACKED * Math.max(before, unattacked)));
    expect(most).toBeLessThanOrEqual(MAX_UPSTREAM_CONNECTIONS + hostile);
  });
});

import { createServer } from 'node:http';
import { closeIfLeftOpen } from '../../support/left-open';
import StrictEnvironment from '../../support/strict-environment';
import { listen } from '../../support/listen';
import { waitFor } from '../../support/wait-for';

type Parameters = ConstructorParameters<typeof StrictEnvironment>;

const OPEN = Symbol.for('banyan.test.open');

it('what a test file has opened and not closed is closed with its environment, the last first, whatever fails', async () => {
  const config = { globalConfig: {}, projectConfig: { testEnvironmentOptions: {}, globals: {} } };
  const environment = new StrictEnvironment(config as Parameters[0], {} as Parameters[1]);
  await environment.setup();
  const closed: string[] = [];
  const closes = ['a', 'b', 'c'].map((name) => () => {
    closed.push(name);
    return name === 'b' ? Promise.reject(new Error(name)) : Promise.resolve();
  });
  Reflect.set(environment.global, OPEN, new Set(closes));
  await environment.teardown();
  expect(closed).toEqual(['c', 'b', 'a']);
});

it('servers, with their connections, are among it until they are closed', async () => {
  const open = Reflect.get(globalThis, OPEN) as Set<() => Promise<unknown>>;
  const before = new Set(open);
  const server = createServer((_request, response) => response.write('never ends'));
  const port = await listen(server);
  const answer = await fetch(`http://127.0.0.1:${port}`);
  const [close] = [...open].filter((known) => !before.has(known));
  await close?.();
  await expect(answer.text()).rejects.toThrow();
  expect(server.listening).toBe(false);
  await waitFor('it to be forgotten', () => open.size === before.size);
});

it('what is closed in time is forgotten', () => {
  const open = Reflect.get(globalThis, OPEN) as Set<unknown>;
  const close = () => Promise.resolve();
  const closed = closeIfLeftOpen(close);
  expect(open.has(close)).toBe(true);
  closed();
  expect(open.has(close)).toBe(false);
});

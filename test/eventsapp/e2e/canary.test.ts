import { readFile, writeFile } from 'node:fs/promises';
import { bucketOf } from '../../../proxy/cohort/bucket';
import { signMark } from '../../../shared/signed-mark';
import { runSystem, TEST_SECRET, type RunningSystem } from '../support/running-system';
import { waitFor } from '../../support/wait-for';

const PASSWORD = 'correct horse battery staple';

interface LoggedIn {
  readonly cookie: string;
  readonly token: string;
  readonly userId: string;
}

/** One route on canary, the whole system under it. */
describe('canary', () => {
  let system: RunningSystem;

  beforeAll(async () => {
    system = await runSystem({ stage: 'legacy' });
  });
  afterAll(() => system.close());

  const save = async (text: string): Promise<void> => {
    const before = system.proxy.routes();
    await writeFile(system.routesFile, text);
    await waitFor('the saved table', () => system.proxy.routes() !== before);
  };
  const put = async (settings: string): Promise<void> => {
    const text = await readFile(system.routesFile, 'utf8');
    const route = /( {2}- id: list-events\n {4}match: GET \/api\/events\n)(?: {4}.*\n)+/;
    await save(text.replace(route, `$1    ${settings}\n`));
  };
  const logIn = async (email: string): Promise<LoggedIn> => {
    const response = await fetch(`${system.proxy.url}/api/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email, password: PASSWORD }),
    });
    const { token, user } = (await response.json()) as { token: string; user: { userId: string } };
    return { token, userId: user.userId, cookie: response.headers.getSetCookie()[0]?.split(';')[0] ?? '' };
  };
  const sideOf = async (headers: Record<string, string>): Promise<unknown> => {
    const { length } = system.logger.lines;
    const response = await fetch(`${system.proxy.url}/api/events`, { headers });
    await response.text();
    const line = await waitFor('the line', () =>
      system.logger.lines.slice(length).find(({ fields }) => fields['route'] === 'list-events'),
    );
    return [line.fields['upstream'], line.fields['reason'], response.status];
  };

  it('moves exactly the users whose place is below the share, by cookie and bearer alike, also after another login', async () => {
    const user = await logIn('member@example.com');
    const place = bucketOf(user.userId);
    const again = await logIn('member@example.com');
    const ways = [{ cookie: user.cookie }, { authorization: `Bearer ${user.token}` }, { cookie: again.cookie }];
    await put(`stage: canary\n    percent: ${Math.max(place - 0.01, 0.001)}`);
    for (const headers of ways) expect(await sideOf(headers)).toEqual(['legacy', 'cohort', 200]);
    await put(`stage: canary\n    percent: ${Math.min(place + 0.01, 100)}`);
    for (const headers of ways) expect(await sideOf(headers)).toEqual(['lambda', 'cohort', 200]);
  });

  it('keeps on legacy who is nobody, forged or logged out', async () => {
    await put('stage: canary\n    percent: 100');
    expect(await sideOf({})).toEqual(['legacy', 'cohort', 401]);
    expect(await sideOf({ authorization: `Bearer s:x.${'A'.repeat(43)}` })).toEqual(['legacy', 'cohort', 401]);
    const user = await logIn('organiser@example.com');
    await fetch(`${system.proxy.url}/api/auth/logout`, { method: 'POST', headers: { cookie: user.cookie } });
    expect(await sideOf({ cookie: user.cookie })).toEqual(['legacy', 'cohort', 401]);
  });

  it('follows an operator’s signed header, and no other', async () => {
    await put('stage: legacy');
    const { cookie } = await logIn('member@example.com');
    const mark = (secret: string, side: string) => signMark('force', side, [secret], new Date(Date.now() + 60_000));
    expect(await sideOf({ cookie, 'x-banyan-force': mark(TEST_SECRET, 'lambda') })).toEqual(['lambda', 'forced', 200]);
    expect(await sideOf({ cookie, 'x-banyan-force': mark('other', 'lambda') })).toEqual(['legacy', 'stage', 200]);
    await put('stage: lambda');
    expect(await sideOf({ cookie, 'x-banyan-force': mark(TEST_SECRET, 'legacy') })).toEqual(['legacy', 'forced', 200]);
  });

  it('puts a user on one side by configuration', async () => {
    await put('stage: canary\n    percent: 100');
    const user = await logIn('member@example.com');
    expect(await sideOf({ cookie: user.cookie })).toEqual(['lambda', 'cohort', 200]);
    const text = await readFile(system.routesFile, 'utf8');
    await save(`cohorts: {legacy: ["${user.userId}"]}\n${text}`);
    expect(await sideOf({ cookie: user.cookie })).toEqual(['legacy', 'cohort', 200]);
    await save(text);
  });

  it('is rolled back and resumed at run time, and the kill switch stops all', async () => {
    const { overrides } = system.proxy;
    const { cookie } = await logIn('member@example.com');
    await put('stage: lambda');
    await overrides.lower('list-events', { by: 'test', why: 'test' });
    expect(await sideOf({ cookie })).toEqual(['legacy', 'rolled-back', 200]);
    await overrides.resume('list-events', { by: 'test', why: 'test' });
    expect(await sideOf({ cookie })).toEqual(['lambda', 'stage', 200]);
    await overrides.setKillSwitch('on', { by: 'test', why: 'test' });
    expect(await sideOf({ cookie })).toEqual(['legacy', 'kill-switch', 200]);
    await overrides.setKillSwitch('off', { by: 'test', why: 'test' });
    expect(await sideOf({ cookie })).toEqual(['lambda', 'stage', 200]);
  });
});

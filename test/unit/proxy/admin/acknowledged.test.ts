import { parseAdminTokens } from '../../../../proxy/admin/tokens';
import { type LocalMongo } from '../../../../shared/local/mongo';
import { capturedLogger } from '../../../support/captured-logger';
import { recordingServer, type RecordingServer } from '../../../support/recording-server';
import { runProxy, type RunningProxy } from '../../../support/running-proxy';
import { startTestMongo } from '../../../support/test-mongo';
import { startFollower, type Follower } from '../fleet/follower';

const TOKEN = 'a-token-that-may-change';

describe('a change by the admin API', () => {
  let mongo: LocalMongo;
  let upstream: RecordingServer;
  let proxy: RunningProxy;
  let other: Follower;

  beforeAll(async () => {
    mongo = await startTestMongo({ logger: capturedLogger() });
    upstream = await recordingServer();
    proxy = await runProxy({
      legacyUrl: upstream.url,
      lambdaUrl: upstream.url,
      routes: 'routes:\n  - {id: list, match: GET /api/events, stage: lambda}\n',
      mongodbUri: mongo.uri,
      instanceName: 'web-1',
      adminPort: 0,
      adminTokens: parseAdminTokens(`ann=${TOKEN}`, []),
    });
    other = await startFollower(mongo.uri, 'web-2');
  });
  afterAll(async () => {
    await other.close();
    await proxy.close();
    await upstream.close();
    await mongo.stop();
  });

  const change = async (path: string, body: object): Promise<unknown> => {
    const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
    const answer = await fetch(`${proxy.adminUrl}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    return answer.json();
  };

  it('says which proxies follow, and which do not', async () => {
    const returned = await change('/api/rollback', { route: 'list', why: 'slow' });
    // Read again only for this, it would keep whoever rolls back waiting.
    expect(returned).not.toHaveProperty('fleet');
    expect(returned).toMatchObject({
      followed: true,
      proxies: { following: [{ name: 'web-1' }, { name: 'web-2' }], behind: [] },
      acknowledgement: [expect.stringMatching(/^2 of 2 proxies follow \(\d+ ms\)$/)],
    });
    expect(await change('/api/resume', { route: 'list', why: 'fixed' })).toMatchObject({ followed: true });
    await other.stop();
    expect(await change('/api/kill-switch', { on: true, why: 'all is slow' })).toMatchObject({
      followed: false,
      killSwitch: { by: 'ann' },
      proxies: { following: [{ name: 'web-1' }], behind: [{ name: 'web-2' }] },
      acknowledgement: [expect.stringMatching(/^1 of 2 proxies follow/), expect.stringMatching(/web-2/)],
    });
  });
});

import { exchangeRaw } from '../../../support/raw-client';
import { recordingServer, type RecordingServer } from '../../../support/recording-server';
import { runProxy, type RunningProxy } from '../../../support/running-proxy';

describe('a target in absolute-form', () => {
  let legacy: RecordingServer;
  let proxy: RunningProxy;

  beforeAll(async () => {
    legacy = await recordingServer();
    proxy = await runProxy({ legacyUrl: legacy.url });
  });
  afterAll(async () => {
    await proxy.close();
    await legacy.close();
  });

  it.each([
    ['http://a/x', 'a', 200],
    ['http://A/x', 'a', 200],
    ['http://a:80/x', 'a', 200],
    ['http://a/x', 'a:80', 200],
    ['http://a:8080/x', 'a:8080', 200],
    ['https://a:443/x', 'a', 200],
    ['http://b/x', 'a', 400],
    ['http://a:81/x', 'a', 400],
    ['http://a:443/x', 'a', 400],
    ['http://a@b/x', 'b', 400],
    ['http://a.b/x', 'a', 400],
    ['http:///x', 'a', 400],
    ['HTTP://b/x', 'a', 400],
  ])('%s with Host %s is answered with %d', async (target, host, status) => {
    const answer = await exchangeRaw(
      proxy.port,
      `GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
    );
    expect(Number(answer.split(' ')[1])).toBe(status);
  });
});

import type { RefusalObservation } from '../../../../proxy/observation';
import { capturedObservations } from '../../../support/captured-observations';
import { recordingServer, type RecordingServer } from '../../../support/recording-server';
import { runProxy, type RunningProxy } from '../../../support/running-proxy';
import { waitFor } from '../../../support/wait-for';

const LONG = 20_000;

/** A route wholly on Lambda: no request of its own tells how legacy fares. */
describe('an error that Lambda answers', () => {
  let legacy: RecordingServer;
  let gateway: RecordingServer;
  let proxy: RunningProxy;
  let checks: string[];
  beforeEach(async () => {
    legacy = await recordingServer();
    gateway = await recordingServer();
    gateway.answer((_request, response) => response.writeHead(500).end());
    checks = [];
    const refusal = ({ statusCode, isShared }: RefusalObservation) => {
      checks.push(`${statusCode} ${isShared ? 'shared' : 'not shared'}`);
    };
    proxy = await runProxy({
      legacyUrl: legacy.url,
      lambdaUrl: gateway.url,
      trustedHops: 1,
      routes: 'routes:\n  - {id: list, match: GET /api/events, stage: lambda}\n',
      observers: [{ ...capturedObservations(), refusal }],
    });
  });
  afterEach(async () => {
    await proxy.close();
    await legacy.close();
    await gateway.close();
  });
  let asked = 0;
  /** Five clients, in turns. */
  const ask = async () => {
    const headers = { 'X-Forwarded-For': `192.0.2.${(asked += 1) % 5}` };
    return (await fetch(`${proxy.url}/api/events`, { headers })).status;
  };
  const isLowered = () => proxy.overrides.current().lowered.has('list');

  it.each([
    ['answers the same', () => legacy.answer((_request, response) => response.writeHead(503).end())],
    ['does not answer at all', () => legacy.answer((request) => request.socket.destroy())],
  ])('does not return the route when legacy, asked the same, %s', async (_how, break_) => {
    break_();
    for (let i = 0; i < 60; i += 1) expect(await ask()).toBe(500);
    await waitFor('the checks', () => checks.length > 10, LONG);
    expect(new Set(checks)).toEqual(new Set(['500 shared']));
    expect(isLowered()).toBe(false);
  });

  it('returns the route when legacy does not share it', async () => {
    await waitFor('the roll back', async () => (await ask()) === 200 && isLowered(), LONG);
    expect(checks).toContain('500 not shared');
    expect(proxy.overrides.current().lowered.get('list')?.why).toMatch(
      /^\d+ of \d+ requests \([\d.]+ %\) failed on Lambda/,
    );
  });
});

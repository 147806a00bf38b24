import { startCandidateProxy } from '../../../../proxy/parity/candidate-proxy';
import { recordingServer } from '../../../support/recording-server';
import { testBanyan } from '../../../support/test-banyan';

it('puts every route on Lambda, and lets a case say over which protocol it comes', async () => {
  const [legacy, gateway] = await Promise.all([recordingServer(), recordingServer()]);
  const proxy = await startCandidateProxy({
    ...{ banyan: testBanyan, legacyUrl: legacy.url.href, lambdaUrl: gateway.url.href, stage: 'lambda' },
    routes: 'routes:\n  - {id: list, match: GET /api/events, stage: canary, percent: 5}\n',
  });
  try {
    for (const headers of [{}, { 'X-Forwarded-Proto': 'https' }]) await fetch(`${proxy.url}/api/events`, { headers });
    expect(gateway.requests.map(({ headers }) => headers['x-banyan-forwarded-proto'])).toEqual(['http', 'https']);
    expect(proxy.lastAnswer()).toEqual({ upstream: 'lambda', failure: undefined });
  } finally {
    await Promise.all([proxy.close(), legacy.close(), gateway.close()]);
  }
});

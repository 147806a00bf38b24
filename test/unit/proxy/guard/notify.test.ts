import { setImmediate } from 'node:timers/promises';
import type { Notification } from '../../../../proxy/guard/notification';
import type * as Notify from '../../../../proxy/guard/notify';
import { createNotifier, type Notifier, type NotifierOptions } from '../../../../proxy/guard/notify';
import { capturedLogger, type CapturedLogger } from '../../../support/captured-logger';
import { recordingServer, type RecordingServer } from '../../../support/recording-server';
import { runProxy } from '../../../support/running-proxy';
import { waitFor } from '../../../support/wait-for';

const LONG = 20_000;
const ARN = 'arn:aws:sns:eu-west-1:123456789012:banyan';
const KEYS = { AWS_ACCESS_KEY_ID: 'AKIDLOCAL', AWS_SECRET_ACCESS_KEY: 'local-secret', AWS_PROFILE: '' };
const NOTIFICATION: Notification = {
  event: 'route-returned-to-legacy',
  routeId: 'list-events',
  by: 'guard of proxy a',
  why: '20 of 20 requests (100 %) failed on Lambda; allowed: 5 %',
  at: new Date(0),
  evidence: { lambdaErrors: 20 },
};
const PUBLISHED =
  '<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>94f20ce6-13c5-43a0-9a9e-ca52d816e90b</MessageId></PublishResult><ResponseMetadata><RequestId>f187a3c1-376f-11df-8963-01868b7c937a</RequestId></ResponseMetadata></PublishResponse>';

let server: RecordingServer;
let logger: CapturedLogger;
let notified: string[];
const before = process.env;
const notifiers: Notifier[] = [];

beforeAll(() => (process.env = { ...before, ...KEYS }));
afterAll(() => (process.env = before));
beforeEach(async () => {
  server = await recordingServer();
  logger = capturedLogger();
  notified = [];
});
afterEach(async () => {
  await Promise.all(notifiers.splice(0).map((notifier) => notifier.close()));
  await server.close();
});

function notifierOf(options: NotifierOptions): Notifier {
  const onNotified: NotifierOptions['onNotified'] = (channel, result) => notified.push(`${channel} ${result}`);
  const notifier = createNotifier({ retryDelay: 1, onNotified, ...options }, logger);
  notifiers.push(notifier);
  return notifier;
}
const topic = () => ({ arn: ARN, region: 'eu-west-1', endpoint: server.url });
const isRecorded = () => waitFor('the end of the delivery', () => notified.length > 0, LONG);

describe('the webhook', () => {
  it('gets the notification as JSON with the text that chats show', async () => {
    notifierOf({ webhookUrl: new URL('/hook?sig=1', server.url) }).notify(NOTIFICATION);
    await isRecorded();
    expect(notified).toEqual(['webhook delivered']);
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]).toMatchObject({ method: 'POST', url: '/hook?sig=1' });
    expect(JSON.parse(server.requests[0]?.body ?? '')).toEqual({
      ...NOTIFICATION,
      at: '1970-01-01T00:00:00.000Z',
      text: 'Banyan rolled list-events back to legacy: 20 of 20 requests (100 %) failed on Lambda; allowed: 5 %',
    });
  });

  it('is tried three times; the secret in its path is not logged', async () => {
    notifierOf({ webhookUrl: new URL('http://127.0.0.1:1/T0/secret') }).notify(NOTIFICATION);
    await isRecorded();
    expect(notified).toEqual(['webhook failed']);
    expect(logger.lines.filter(({ level }) => level === 'warn')).toHaveLength(3);
    expect(logger.text()).not.toContain('secret');
  });

  it('is sent nowhere else by a redirect', async () => {
    server.answer((_request, response) => response.writeHead(302, { location: '/elsewhere' }).end());
    notifierOf({ webhookUrl: server.url }).notify(NOTIFICATION);
    await isRecorded();
    expect(notified).toEqual(['webhook failed']);
    expect(server.requests.map(({ url }) => url)).not.toContain('/elsewhere');
  });
});

describe('SNS', () => {
  it('is asked to publish in the form of its API, signed for its region, with a subject and attributes', async () => {
    server.answer((request, response) => {
      request.resume().on('end', () => response.writeHead(200, { 'content-type': 'text/xml' }).end(PUBLISHED));
    });
    notifierOf({ snsTopic: topic() }).notify(NOTIFICATION);
    await isRecorded();
    expect(notified).toEqual(['sns delivered']);
    expect(logger.lines).toEqual([]);
    expect(server.requests).toHaveLength(1);
    const [{ method, url, headers, body } = { headers: {}, body: '' }] = server.requests;
    expect({ method, url }).toEqual({ method: 'POST', url: '/' });
    expect(headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect(headers['authorization']).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDLOCAL\/\d{8}\/eu-west-1\/sns\/aws4_request, /,
    );
    const { Message, ...form } = Object.fromEntries(new URLSearchParams(body));
    expect(form).toEqual({
      Action: 'Publish',
      Version: '2010-03-31',
      TopicArn: ARN,
      Subject: 'Banyan rolled list-events back to legacy',
      'MessageAttributes.entry.1.Name': 'event',
      'MessageAttributes.entry.1.Value.DataType': 'String',
      'MessageAttributes.entry.1.Value.StringValue': 'route-returned-to-legacy',
      'MessageAttributes.entry.2.Name': 'routeId',
      'MessageAttributes.entry.2.Value.DataType': 'String',
      'MessageAttributes.entry.2.Value.StringValue': 'list-events',
    });
    expect(JSON.parse(Message ?? '')).toMatchObject({
      event: 'route-returned-to-legacy',
      evidence: { lambdaErrors: 20 },
    });
  });

  it('that refuses is told three times, logged and counted, and no secret with it', async () => {
    const refusal =
      '<ErrorResponse><Error><Type>Sender</Type><Code>AuthorizationError</Code><Message>not authorized to perform: SNS:Publish</Message></Error><RequestId>1</RequestId></ErrorResponse>';
    server.answer((request, response) => {
      request.resume().on('end', () => response.writeHead(403, { 'content-type': 'text/xml' }).end(refusal));
    });
    notifierOf({ snsTopic: topic() }).notify(NOTIFICATION);
    await isRecorded();
    expect(notified).toEqual(['sns failed']);
    expect(server.requests).toHaveLength(3);
    expect(logger.lines.map(({ fields }) => [fields['channel'], fields['attempt']])).toEqual([
      ['sns', 1],
      ['sns', 2],
      ['sns', 3],
    ]);
    expect(String(logger.lines[0]?.fields['err'])).toContain('not authorized to perform');
    expect(logger.text()).not.toContain('local-secret');
  });

  it('that is silent holds up nobody: not the caller, not the webhook, and not the end of the proxy', async () => {
    const silent = await recordingServer();
    silent.answer(() => undefined);
    const notifier = notifierOf({
      webhookUrl: server.url,
      snsTopic: { ...topic(), endpoint: silent.url },
      timeout: 300,
    });
    const begun = performance.now();
    notifier.notify(NOTIFICATION);
    expect(performance.now() - begun).toBeLessThan(300);
    await isRecorded();
    expect(notified).toEqual(['webhook delivered']);
    await notifier.close();
    expect(notified).toEqual(['webhook delivered', 'sns failed']);
    expect(String(logger.lines[0]?.fields['err'])).toMatch(/300 ms|abort/i);
    await silent.close();
  });

  it.each([
    ['without a topic is not loaded, so costs no memory', () => undefined, false],
    ['with one is loaded at once, not in the moment of a roll back', topic, true],
  ])('%s', async (_name, snsTopic, isLoaded) => {
    const load = jest.fn(() => jest.requireActual<object>('@aws-sdk/client-sns'));
    await jest.isolateModulesAsync(async () => {
      jest.doMock('@aws-sdk/client-sns', load);
      const fresh = jest.requireActual<typeof Notify>('../../../../proxy/guard/notify');
      notifiers.push(fresh.createNotifier({ snsTopic: snsTopic() }, logger));
      await setImmediate();
    });
    jest.dontMock('@aws-sdk/client-sns');
    expect(load.mock.calls.length > 0).toBe(isLoaded);
  });
});

it('a proxy whose guard acts publishes to its topic and counts it', async () => {
  server.answer((request, response) => {
    request.resume().on('end', () => response.writeHead(200, { 'content-type': 'text/xml' }).end(PUBLISHED));
  });
  const [legacy, gateway] = [await recordingServer(), await recordingServer()];
  gateway.answer((_request, response) => response.writeHead(502).end());
  const proxy = await runProxy({
    legacyUrl: legacy.url,
    lambdaUrl: gateway.url,
    routes: 'routes:\n  - {id: list-events, match: GET /api/events, stage: lambda}\n',
    adminPort: 0,
    guardSnsTopic: topic(),
    trustedHops: 1,
  });
  for (let i = 0; i < 20; i += 1) {
    const headers = { 'X-Forwarded-For': `192.0.2.${i % 4}` };
    await (await fetch(`${proxy.url}/api/events`, { headers })).text();
  }
  await waitFor('the message', () => server.requests[0]?.body.includes('Action=Publish') === true, LONG);
  const metrics = async () => (await fetch(`${proxy.adminUrl}/metrics`)).text();
  const line = 'banyan_guard_notifications_total{channel="sns",result="delivered"} 1';
  await waitFor('the count', async () => (await metrics()).includes(line), LONG);
  expect(proxy.overrides.current().lowered.get('list-events')?.kind).toBe('guard');
  await Promise.all([proxy.close(), legacy.close(), gateway.close()]);
});

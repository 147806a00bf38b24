import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { LOCAL_CREDENTIALS } from '../aws/local-dynamodb';
import { DEMO_IDS } from '../seed';
import { EVENT, initiated, photoClient, PNG, putFile, registerMember, type PhotoClient } from '../support/photo-client';
import { runSystem, type RunningSystem } from '../support/running-system';

/** The way of a photo through the whole system, the routes of photos on either side. */
describe('photos by presigned URL', () => {
  let system: RunningSystem;
  let member: PhotoClient;
  /** How often each event comes. */
  let deliveries = 2;
  const about = { title: '港 "夜" 🎉', description: 'Zeile\nzwei', contentType: 'image/png', size: PNG.length };

  beforeAll(async () => {
    system = await runSystem({ stage: 'legacy', objectEvents: { deliveries: () => deliveries, pausesMs: [] } });
    member = await photoClient(system.proxy.url, 'member@example.com');
  });
  afterAll(() => system.close());

  it('are for people registered for the event of their account', async () => {
    expect(await member.initiate(about)).toEqual({
      status: 403,
      text: '{"error":"Only people who are registered for this event may upload photos of it"}',
    });
    await registerMember(system.proxy.url);
    expect((await member.initiate(about)).status).toBe(201);
    const other = await photoClient(system.proxy.url, 'other@example.net');
    expect((await other.initiate(about)).status).toBe(404);
    expect((await member.initiate(about, 'f'.repeat(24))).status).toBe(404);
    expect((await member.initiate(about, 'toString')).status).toBe(404);
    expect(
      (await fetch(`${system.proxy.url}/api/events/${EVENT}/photos/initiate-upload`, { method: 'POST' })).status,
    ).toBe(401);
    expect((await member.initiate({ ...about, size: 30_000_000 })).text).toContain('at most 5242880 (5 MB)');
  });

  it('are in both stores after the upload, and look the same from both sides', async () => {
    const { photoId, s3PutObjectUrl } = initiated(await member.initiate(about));
    expect(await member.statusOf(photoId)).toEqual({ status: 'waiting' });
    expect((await putFile(s3PutObjectUrl, PNG)).status).toBe(200);
    await system.objectEvents.settled();
    expect(await member.statusOf(photoId)).toEqual({ status: 'stored' });
    const answers = [];
    for (const stage of ['lambda', 'legacy'] as const) {
      await system.moveAllRoutes(stage);
      answers.push(await member.ask('GET', `/api/events/${EVENT}/photos`));
      expect((await member.fetchPhoto(photoId)).equals(PNG)).toBe(true);
    }
    expect(answers[0]).toEqual(answers[1]);
    expect(JSON.parse(answers[0]?.text ?? '')).toMatchObject({
      photos: [{ id: photoId, fileName: '港 "夜" 🎉.png', contentType: 'image/png', size: PNG.length }],
    });
  });

  it('are gone from both sides when the monolith deletes their event', async () => {
    const event = DEMO_IDS.event(6).toHexString();
    await registerMember(system.proxy.url, event);
    const { photoId, s3PutObjectUrl } = initiated(await member.initiate(about, event));
    await putFile(s3PutObjectUrl, PNG);
    await system.objectEvents.settled();
    expect((await member.fetchPhoto(photoId)).equals(PNG)).toBe(true);
    const organiser = await photoClient(system.proxy.url, 'organiser@example.com');
    expect((await organiser.ask('DELETE', `/api/events/${event}`)).status).toBe(204);
    for (const stage of ['lambda', 'legacy'] as const) {
      await system.moveAllRoutes(stage);
      expect((await member.ask('GET', `/api/photos/${photoId}`)).status).toBe(404);
    }
  });

  it('leave nothing behind when Lambda deletes their event, whether uploaded before or after', async () => {
    const event = DEMO_IDS.event(7).toHexString();
    await registerMember(system.proxy.url, event);
    const [first, second] = [
      initiated(await member.initiate(about, event)),
      initiated(await member.initiate(about, event)),
    ];
    const before = system.s3.objects.size;
    await putFile(first.s3PutObjectUrl, PNG);
    await system.objectEvents.settled();
    await system.moveAllRoutes('lambda');
    const organiser = await photoClient(system.proxy.url, 'organiser@example.com');
    expect((await organiser.ask('DELETE', `/api/events/${event}`)).status).toBe(204);
    expect((await putFile(second.s3PutObjectUrl, PNG)).status).toBe(200);
    await system.objectEvents.settled();
    await system.moveAllRoutes('legacy');
    for (const { photoId } of [first, second])
      expect((await member.ask('GET', `/api/photos/${photoId}`)).status).toBe(404);
    expect(system.s3.objects.size).toBe(before);
    expect((await putFile(first.s3PutObjectUrl, PNG)).status).toBe(200);
    await system.objectEvents.settled();
    expect(system.s3.objects.size).toBe(before);
  });

  it('are reported as stored, too, when the monolith’s own upload stored them', async () => {
    const photo = DEMO_IDS.photo(4).toHexString();
    const status = `/api/events/${DEMO_IDS.event(2).toHexString()}/photos/${photo}`;
    expect((await member.ask('GET', status)).text).toBe('{"status":"stored"}');
    expect(await member.statusOf(photo)).toEqual({ status: 'waiting' });
  });

  it('are refused with a reason when the file is none', async () => {
    const text = Buffer.from('a text file that is named .png');
    const { photoId, s3PutObjectUrl } = initiated(await member.initiate({ ...about, size: text.length }));
    expect((await putFile(s3PutObjectUrl, text)).status).toBe(200);
    await system.objectEvents.settled();
    expect(await member.statusOf(photoId)).toMatchObject({
      status: 'refused',
      reason: expect.stringContaining('not a picture') as string,
    });
    expect((await member.list()).map(({ id }) => id)).not.toContain(photoId);
  });

  it('that failed are processed by a schedule, once, however often their events were kept; what is no event stays', async () => {
    deliveries = 0;
    const { photoId, s3PutObjectUrl } = initiated(await member.initiate(about));
    await putFile(s3PutObjectUrl, PNG);
    deliveries = 2;
    const key = [...system.s3.objects.keys()].find((one) => one.includes(photoId));
    const Message = JSON.stringify({ Records: [{ s3: { bucket: { name: system.s3.bucket }, object: { key } } }] });
    const { url: endpoint, region } = system.sqs;
    const sqs = new SQSClient({ endpoint, region, credentials: LOCAL_CREDENTIALS });
    const QueueUrl = system.sqs.queueUrl('PhotoFailureQueue');
    const kept = JSON.stringify({ version: '1.0', requestPayload: { Records: [{ Sns: { Message } }] } });
    for (const MessageBody of [kept, kept, 'no JSON', '{}'])
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
    sqs.destroy();

    const replay = system.gateway.functions.get('replay-photo-uploads');
    expect(await replay?.invoke({})).toMatchObject({ ok: true, payload: '{"processed":2,"failed":2}' });
    expect(await member.statusOf(photoId)).toEqual({ status: 'stored' });
    expect((await member.list()).filter(({ id }) => id === photoId)).toHaveLength(1);
    expect(await replay?.invoke({})).toMatchObject({ payload: '{"processed":0,"failed":0}' });
  });

  it('have a page to upload with, and nothing else under its path', async () => {
    for (const [file, type] of [
      ['upload.html', 'text/html; charset=utf-8'],
      ['upload.js', 'text/javascript; charset=utf-8'],
      ['upload.css', 'text/css; charset=utf-8'],
    ]) {
      const response = await fetch(`${system.proxy.url}/photos/${file}`);
      expect([response.status, response.headers.get('content-type')]).toEqual([200, type]);
      expect(response.headers.get('content-security-policy')).toContain("default-src 'self'");
    }
    for (const file of ['toString', 'get-upload-page.ts', '..%2fget-photo.ts'])
      expect((await fetch(`${system.proxy.url}/photos/${file}`)).status).toBe(404);
  });
});

import { request } from 'node:http';
import { startInvokeApi } from '../../../../shared/local/invoke/invoke-api';
import { startSqs } from '../../../../shared/local/sqs/queues';

interface Stand {
  readonly url: string;
  close(): Promise<void>;
}

/** Status of a request with these headers; fetch would not let a test choose them. */
function statusOf(url: string, headers: Readonly<Record<string, string>>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method: 'POST', headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    outgoing.on('error', reject);
    outgoing.end('{}');
  });
}

describe.each<[string, () => Promise<Stand>]>([
  ['the Invoke API', () => startInvokeApi({ functions: () => [] })],
  ['SQS', () => startSqs({ region: 'eu-west-1', queues: [] })],
])('%s on this machine', (_name, start) => {
  let stand: Stand;
  const target = { 'Content-Type': 'application/x-amz-json-1.0', 'X-Amz-Target': 'AmazonSQS.ListQueues' };
  beforeAll(async () => {
    stand = await start();
  });
  afterAll(() => stand.close());

  it('listens on loopback and answers its programs', async () => {
    expect(new URL(stand.url).hostname).toBe('127.0.0.1');
    expect(await statusOf(stand.url, target)).not.toBe(403);
    expect(await statusOf(stand.url, { ...target, Host: `localhost:${new URL(stand.url).port}` })).not.toBe(403);
  });

  it.each([
    ['a name that was made to resolve to this machine', { Host: 'evil.example' }],
    ['a name that begins like an address of it', { Host: '127.0.0.1.evil.example' }],
    ['the page of another site', { Origin: 'https://evil.example' }],
    ['a page without an origin', { Origin: 'null' }],
    ['a form of another site', { 'Sec-Fetch-Site': 'cross-site' }],
  ])('refuses %s', async (_what, headers) => {
    expect(await statusOf(stand.url, { ...target, ...headers })).toBe(403);
  });
});

import { request, type IncomingMessage } from 'node:http';
import { until } from './until';

export interface StreamMessage {
  readonly id: string;
  readonly event: string;
  readonly data: unknown;
}

export interface OpenStream {
  readonly response: IncomingMessage;
  /** What has come so far. */
  readonly messages: readonly StreamMessage[];
  /** Comments, which keep the connection alive. */
  readonly comments: number;
  readonly ended: boolean;
  /** Waits for that many messages. */
  take(count: number): Promise<readonly StreamMessage[]>;
  close(): void;
}

/** Opens a Server-Sent Events stream; resolves when the first bytes of its body are there, so when it is live. */
export async function openStream(url: string, headers: Record<string, string>): Promise<OpenStream> {
  const messages: StreamMessage[] = [];
  const state = { comments: 0, ended: false, live: false };
  const call = request(url, { headers });
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    call.once('response', resolve).once('error', reject).end();
  });
  call.on('error', () => undefined);
  let text = '';
  response.setEncoding('utf8');
  response.on('data', (chunk: string) => {
    state.live = true;
    const blocks = (text + chunk).split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      if (block.startsWith(':')) state.comments += 1;
      else if (!block.startsWith('retry:')) messages.push(parse(block));
    }
  });
  response.on('error', () => undefined);
  response.on('close', () => (state.ended = true));
  await until(() => state.live || state.ended);

  return {
    response,
    messages,
    get comments() {
      return state.comments;
    },
    get ended() {
      return state.ended;
    },
    async take(count) {
      await until(() => messages.length >= count);
      return messages;
    },
    close: () => {
      call.destroy();
    },
  };
}

function parse(block: string): StreamMessage {
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? '';
  return { id: field('id'), event: field('event'), data: JSON.parse(field('data')) };
}

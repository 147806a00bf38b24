import { seededRandom, type Random } from '../../../proxy/parity/generate/random';

/** Requests of one connection, one behind the other, no answer awaited. */
export interface Sequence {
  readonly messages: readonly Message[];
  /** Where the bytes are cut into writes, as offsets. */
  readonly cuts: readonly number[];
}

export interface Message {
  readonly method: string;
  /** Starts with a path that is this message's own. */
  readonly target: string;
  readonly bytes: string;
  /** What becomes of it through the proxy where that is not what plain Node makes of it. */
  readonly through: 'same' | 'tunnel' | 'refused handshake' | { readonly refusedWith: number };
}

/** Every value an Upgrade header may have that opens no tunnel. */
const OFFERS = [
  'h2c',
  'H2C',
  'h2c, websocket',
  'websocket, h2c',
  'websocket/13',
  'TLS/1.0, HTTP/2.0',
  'foo',
  'foo/1',
  '',
];
const CONNECTIONS = [
  'Upgrade',
  'upgrade',
  'Upgrade, HTTP2-Settings',
  'keep-alive, Upgrade',
  'Upgrade, keep-alive',
  'X-Other, Upgrade,',
];
const HANDSHAKE = [
  'Connection: Upgrade',
  'Upgrade: WebSocket',
  'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
  'Sec-WebSocket-Version: 13',
];
/** Refused by the proxy because two readers could disagree on it; Node lets it through (`proxy/forward/request-fault.ts`). */
const STRICTER: readonly (readonly [line: string, statusCode: number])[] = [
  ['Host: b', 400],
  ['Host: b/c', 400],
  ['Transfer-Encoding: gzip, chunked', 501],
];

/** The sequence of a number, the same for the same seed; `id` makes its paths its own. */
export function sequenceOf(seed: number, index: number, id: string): Sequence {
  const random = seededRandom(seed * 1_000_003 + index);
  const count = Math.floor(random.next() * 6);
  const messages = Array.from({ length: count }, (_, n) => ordinary(random, `/${id}/${n}`, []));
  messages.push(last(random, `/${id}/${count}`));
  return {
    messages,
    cuts: cutsOf(
      random,
      messages.reduce((sum, { bytes }) => sum + bytes.length, 0),
    ),
  };
}

/** The last message ends the connection, in one way or another. */
function last(random: Random, path: string): Message {
  switch (random.pick(['close', 'close with an offer', 'HTTP/1.0', 'handshake', 'tunnel', 'stricter'])) {
    case 'close':
      return ordinary(random, path, ['Connection: close']);
    case 'close with an offer':
      return message('GET', targetOf(random, path), [`Upgrade: ${random.pick(OFFERS)}`, 'Connection: Upgrade, close']);
    case 'HTTP/1.0':
      return message(
        'GET',
        targetOf(random, path),
        random.pick([[], ['Connection: Upgrade', `Upgrade: ${random.pick([...OFFERS, 'websocket'])}`]]),
        '',
        '1.0',
      );
    case 'handshake':
      return { ...message('GET', targetOf(random, path), HANDSHAKE), through: 'refused handshake' };
    case 'tunnel':
      return { ...message('GET', `${path}?accept`, HANDSHAKE), through: 'tunnel' };
    default: {
      const [line, refusedWith] = random.pick(STRICTER);
      const offered = random.pick([[], offer(random, 'POST')]);
      return { ...message('POST', targetOf(random, path), [...offered, line]), through: { refusedWith } };
    }
  }
}

function ordinary(random: Random, path: string, more: readonly string[]): Message {
  if (more.length === 0 && random.next() < 0.1) {
    // Without a length the connection would end with the answer.
    const target = targetOf(random, path).replace('=chunks', '=length');
    return message('GET', target, ['Connection: keep-alive, Upgrade', `Upgrade: ${random.pick(OFFERS)}`], '', '1.0');
  }
  const method = random.pick(['GET', 'GET', 'POST', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS']);
  const headers = [...(random.next() < 0.7 && more.length === 0 ? offer(random, method) : []), ...more];
  const size = random.pick([0, 1, 10, 1_000, 20_000]);
  const body = 'x'.repeat(size);
  const framing = method === 'GET' || method === 'HEAD' ? 'none' : random.pick(['none', 'length', 'chunks']);
  const target = targetOf(random, path);
  if (framing === 'none') return message(method, target, headers);
  if (framing === 'length') return message(method, target, [...headers, `Content-Length: ${size}`], body);
  const middle = Math.floor(size / 2);
  const chunks = [body.slice(0, middle), body.slice(middle)].filter((chunk) => chunk !== '');
  const chunked = `${chunks.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join('')}0\r\n\r\n`;
  return message(method, target, [...headers, 'Transfer-Encoding: chunked'], chunked);
}

/** Lines that offer another protocol, well or badly; never a handshake that opens a tunnel. */
function offer(random: Random, method: string): string[] {
  const value = random.pick(OFFERS);
  const connection = `Connection: ${random.pick(CONNECTIONS)}`;
  const settings = random.next() < 0.3 ? ['HTTP2-Settings: AAMAAABkAAQAAP__'] : [];
  return random.pick([
    [connection, `Upgrade: ${value}`, ...settings],
    [`Upgrade: ${value}`, ...settings, connection],
    [connection, `Upgrade: ${value}`, 'Upgrade: h2c'],
    ['Connection: keep-alive', connection, `upgrade: ${value}`],
    [`Upgrade: ${random.pick([value, 'websocket'])}`],
    [connection],
    method === 'GET' || method === 'HEAD' ? [connection, 'Upgrade: websocket', 'Upgrade: websocket'] : HANDSHAKE,
  ]);
}

function targetOf(random: Random, path: string): string {
  const slow = random.pick([0, 0, 1, 3, 15]);
  const size = random.pick([0, 10, 10, 1_000, 100_000]);
  return `${path}?slow=${slow}&size=${size}&framing=${random.pick(['length', 'chunks'])}`;
}

function message(method: string, target: string, headers: readonly string[], body = '', version = '1.1'): Message {
  const lines = [`${method} ${target} HTTP/${version}`, 'Host: a', ...headers];
  return { method, target, bytes: `${lines.join('\r\n')}\r\n\r\n${body}`, through: 'same' };
}

function cutsOf(random: Random, length: number): number[] {
  const how = random.pick(['whole', 'few', 'few', 'pieces']);
  if (how === 'whole') return [];
  const count = how === 'few' ? 4 : 60;
  return Array.from({ length: count }, () => Math.floor(random.next() * length)).sort((a, b) => a - b);
}

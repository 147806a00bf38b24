import { once } from 'node:events';
import { connect } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import { listen } from '../support/listen';
import { routes, startBanyan } from './banyan';
import type { Check } from './check';
import { application, type Application } from './upgrades/application';
import { readAnswers } from './upgrades/read-answers';
import { sequenceOf, type Sequence } from './upgrades/sequence';

const SEEDS = [1, 2, 3, 4];
const SEQUENCES = 8_000;
const AT_ONCE = 20;
/** Until an answer must be there, in ms. */
const LIMIT = 10_000;
/** What a client sends through a tunnel. */
const FRAME = '\x81\x82\0\0\0\0hi';
const TUNNEL = { statusCode: 101, headers: ['upgrade: websocket'], body: '' };

/**
 * Sequences of requests with `Upgrade` of every kind have the same answers, and the same effect, as without the proxy. Without it each
 * request is sent once the one before has been taken: of requests in one write plain Node drops what is behind an offer to upgrade.
 */
export const upgradeSequences: Check = {
  name: 'upgrades',
  title: `${SEEDS.length} x ${SEQUENCES.toLocaleString('en')} sequences of requests with Upgrade are answered as by plain Node`,
  grace: 600,
  async run(options) {
    const plain = application('none');
    const legacy = application('WebSocket');
    const plainPort = await listen(plain.server);
    const proxy = await startBanyan(options, `http://127.0.0.1:${await listen(legacy.server)}`, routes('legacy'));
    let hasEnded = false;
    proxy.process.once('exit', () => (hasEnded = true));
    const count = Math.round(SEQUENCES * options.scale);
    let requests = 0;
    let next = 0;
    const work = async (): Promise<void> => {
      while (next < count * SEEDS.length) {
        const index = next++;
        const seed = SEEDS[Math.floor(index / count)] ?? 0;
        const id = `s${seed}-${index % count}`;
        const sequence = sequenceOf(seed, index % count, id);
        requests += sequence.messages.length;
        const difference = await compare(sequence, id, { plain, legacy, plainPort, port: proxy.port }).catch(String);
        if (hasEnded) throw new Error(`the proxy has ended in ${id}`);
        if (difference !== undefined) throw new Error(`${id}: ${difference}\n${show(sequence)}`);
        options.progress(`${next} of ${count * SEEDS.length} sequences`);
      }
    };
    try {
      await Promise.all(Array.from({ length: AT_ONCE }, work));
      return `${count * SEEDS.length} sequences, ${requests} requests, no difference`;
    } finally {
      await proxy.stop();
      for (const { server } of [plain, legacy]) {
        server.close();
        server.closeAllConnections();
      }
    }
  },
};

interface Sides {
  readonly plain: Application;
  readonly legacy: Application;
  readonly plainPort: number;
  readonly port: number;
}

/** Says what is different, if anything. */
async function compare(sequence: Sequence, id: string, sides: Sides): Promise<string | undefined> {
  const { messages, cuts } = sequence;
  const methods = messages.map(({ method }) => method);
  const { through } = messages.at(-1) ?? { through: 'same' };
  const isOrdinary = through === 'same' || through === 'refused handshake';
  // Plain Node opens no tunnel and refuses nothing: there the answers before are what is compared.
  const asked = isOrdinary ? messages : messages.slice(0, -1);
  const before = await exchange('without the proxy', sides.plainPort, {
    writes: asked.map(({ bytes }) => bytes),
    between: (n) => new Promise<void>((resolve) => sides.plain.onAsked(asked[n]?.target.split('?')[0] ?? '', resolve)),
    isDone: (text) => (isOrdinary && through === 'same' ? false : countAnswers(text, methods) === asked.length),
  });
  const bytes = messages.map((message) => message.bytes).join('');
  const pieces = [0, ...cuts].map((from, i) => bytes.slice(from, cuts[i] ?? bytes.length));
  let isGreeted = false;
  const after = await exchange('through the proxy', sides.port, {
    writes: pieces.filter((piece) => piece !== ''),
    between: (n) => new Promise((resolve) => (n % 3 === 0 ? setTimeout(resolve, 1) : setImmediate(resolve))),
    isDone: (text, write) => {
      if (through !== 'tunnel') return false;
      if (!isGreeted && /HTTP\/1\.1 101 [^]*\r\n\r\n$/.test(text)) {
        isGreeted = true;
        write(FRAME);
      }
      return isGreeted && text.endsWith(FRAME);
    },
  });
  const expected = readAnswers(before, methods).answers;
  const { answers, rest } = readAnswers(after, methods);
  const last = answers.at(-1);
  if (typeof through === 'object') {
    if (last?.statusCode !== through.refusedWith || !last.saysClose) return `not refused: ${JSON.stringify(last)}`;
    answers.pop();
  } else if (through === 'tunnel') {
    if (
      last === undefined ||
      !isDeepStrictEqual({ ...last, saysClose: undefined }, { ...TUNNEL, saysClose: undefined })
    )
      return `no tunnel: ${JSON.stringify(last)}`;
    if (rest !== FRAME) return `the tunnel gave ${JSON.stringify(rest)}`;
    answers.pop();
  } else if (rest !== '') return `behind the answers came ${JSON.stringify(rest.slice(0, 200))}`;
  const difference = expected.findIndex((answer, n) => !isSame(answer, answers[n], through === 'refused handshake'));
  if (difference >= 0 || answers.length !== expected.length) {
    const [actual, wanted] = [answers[difference], expected[difference]].map((answer) =>
      JSON.stringify(answer ?? 'none').slice(0, 500),
    );
    return `answer ${difference}; ${answers.length} of ${expected.length} came: ${actual}
instead of ${wanted}`;
  }
  const executed = sides.legacy.asked(id).sort();
  const wanted = sides.plain.asked(id).sort();
  return isDeepStrictEqual(executed, wanted)
    ? undefined
    : `executed ${JSON.stringify(executed)}\ninstead of ${JSON.stringify(wanted)}`;
}

/** Documented: a connection whose handshake was refused ends with the answer. */
function isSame(expected: unknown, actual: unknown, mayClose: boolean): boolean {
  const without = (answer: unknown): unknown =>
    mayClose && typeof answer === 'object' ? { ...answer, saysClose: undefined } : answer;
  return isDeepStrictEqual(without(expected), without(actual));
}

function countAnswers(text: string, methods: readonly string[]): number {
  try {
    return readAnswers(text, methods).answers.length;
  } catch {
    return -1;
  }
}

interface Exchange {
  readonly writes: readonly string[];
  /** Resolves when the next may be written, after the n-th. */
  readonly between: (n: number) => Promise<unknown>;
  /** Whether enough has come, where the server does not close by itself. */
  readonly isDone: (text: string, write: (text: string) => void) => boolean;
}

async function exchange(side: string, port: number, { writes, between, isDone }: Exchange): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  let text = '';
  let fault: Error | undefined;
  const write = (bytes: string): void => void socket.write(bytes, 'latin1');
  const fail = (): void => void socket.destroy(new Error(`no end ${side} after ${JSON.stringify(text.slice(-300))}`));
  const timer = setTimeout(fail, LIMIT);
  socket.on('error', (error) => (fault = error));
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
    if (isDone(text, write)) socket.destroy();
  });
  const closed = new Promise((resolve) => socket.once('close', resolve));
  try {
    await once(socket, 'connect');
    for (const [n, bytes] of writes.entries()) {
      const taken = between(n);
      write(bytes);
      await Promise.race([taken, closed]);
    }
    if (isDone(text, write)) socket.destroy();
    await closed;
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
  if (fault !== undefined) throw fault;
  return text;
}

function show({ messages, cuts }: Sequence): string {
  const bytes = messages.map((message) => message.bytes.replace(/[xy]{50,}/g, '...'));
  return `${bytes.map((each) => JSON.stringify(each)).join('\n')}\ncut at ${cuts.join(', ')}`;
}

import fc from 'fast-check';
import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { decodeDocument } from '../../../../../shared/local/mongo/embedded/bson/decode';
import { encodeDocument } from '../../../../../shared/local/mongo/embedded/bson/encode';
import { document, type BsonDocument } from '../../../../../shared/local/mongo/embedded/bson/values';
import { crc32c } from '../../../../../shared/local/mongo/embedded/crc32c';
import { startEmbedded, type EmbeddedMongo } from '../../../../../shared/local/mongo';
import { capturedLogger } from '../../../../support/captured-logger';
import { waitFor } from '../../../../support/wait-for';

const logger = capturedLogger();
let server: EmbeddedMongo;
const sockets: Socket[] = [];

beforeAll(async () => {
  server = await startEmbedded({ logger });
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});
afterAll(() => server.stop());

async function open(): Promise<Socket> {
  const socket = connect(server.port, '127.0.0.1');
  sockets.push(socket);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

interface MessageParts {
  readonly opcode?: number;
  readonly requestId?: number;
  readonly length?: number;
}

/** A message around a payload; the length can be made a lie. */
function message(
  payload: Buffer,
  { opcode = 2013, requestId = 7, length = 16 + payload.length }: MessageParts = {},
): Buffer {
  const header = Buffer.alloc(16);
  header.writeInt32LE(length, 0);
  header.writeInt32LE(requestId, 4);
  header.writeInt32LE(opcode, 12);
  return Buffer.concat([header, payload]);
}

const flags = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
const body = (fields: Parameters<typeof document>[0]): Buffer =>
  Buffer.concat([Buffer.of(0), encodeDocument(document(fields))]);
function sequence(name: string, documents: readonly Buffer[]): Buffer {
  const content = Buffer.concat([Buffer.from(`${name}\0`), ...documents]);
  const size = Buffer.alloc(5);
  size[0] = 1;
  size.writeInt32LE(content.length + 4, 1);
  return Buffer.concat([size, content]);
}
const opMsg = (fields: Parameters<typeof document>[0], flag = 0): Buffer =>
  message(Buffer.concat([flags(flag), body(fields)]));
const PING = { ping: 1, $db: 'admin' };

/** The next reply: its header's response id and its document. */
async function reply(socket: Socket): Promise<{ readonly responseTo: number; readonly document: BsonDocument }> {
  let bytes = Buffer.alloc(0);
  while (bytes.length < 4 || bytes.length < bytes.readInt32LE(0)) {
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    bytes = Buffer.concat([bytes, chunk]);
  }
  const opcode = bytes.readInt32LE(12);
  return { responseTo: bytes.readInt32LE(8), document: decodeDocument(bytes, opcode === 1 ? 36 : 21).document };
}

const isOk = (answer: BsonDocument): boolean => Number(answer.get('ok')) === 1;
const closes = (socket: Socket): Promise<unknown> =>
  waitFor('the connection to be closed', () => socket.destroyed || socket.closed);

async function expectServes(): Promise<void> {
  const socket = await open();
  socket.write(opMsg(PING));
  expect(isOk((await reply(socket)).document)).toBe(true);
}

describe('framing', () => {
  test('a message in single bytes', async () => {
    const socket = await open();
    for (const byte of opMsg(PING)) socket.write(Buffer.of(byte));
    expect(await reply(socket)).toMatchObject({ responseTo: 7 });
  });

  test('several messages in one packet are answered in order', async () => {
    const socket = await open();
    const answers: number[] = [];
    let rest = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk]);
      while (rest.length >= 4 && rest.length >= rest.readInt32LE(0)) {
        answers.push(rest.readInt32LE(8));
        rest = rest.subarray(rest.readInt32LE(0));
      }
    });
    const payload = Buffer.concat([flags(0), body(PING)]);
    socket.write(Buffer.concat(Array.from({ length: 200 }, (_, i) => message(payload, { requestId: i }))));
    await waitFor('200 answers', () => answers.length === 200);
    expect(answers).toEqual(Array.from({ length: 200 }, (_, i) => i));
  });

  test('any split of a stream gives the same answers', async () => {
    const stream = Buffer.concat([opMsg(PING), opMsg({ find: 'x', $db: 'a' }), opMsg({ nonsense: 1, $db: 'a' })]);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: stream.length - 1 }), { maxLength: 6 }), async (cuts) => {
        const socket = await open();
        let received = 0;
        socket.on('data', (chunk: Buffer) => (received += chunk.length));
        const edges = [0, ...cuts.sort((a, b) => a - b), stream.length];
        for (let i = 1; i < edges.length; i++) socket.write(stream.subarray(edges[i - 1], edges[i]));
        const single = 16 + 5 + 17;
        await waitFor('three answers', () => received > 3 * single);
        socket.destroy();
      }),
      { numRuns: 20 },
    );
  });
});

describe('OP_MSG and OP_QUERY', () => {
  test('document sequences', async () => {
    const socket = await open();
    const documents = [1, 2, 3].map((_id) => encodeDocument(document({ _id })));
    socket.write(
      message(Buffer.concat([flags(0), sequence('documents', documents), body({ insert: 'sequences', $db: 'wire' })])),
    );
    expect((await reply(socket)).document.get('n')).toMatchObject({ value: 3 });
  });

  test('a right checksum is accepted, a wrong one closes the connection', async () => {
    const socket = await open();
    const unsigned = message(Buffer.concat([flags(1), body(PING)]), { length: 16 + 4 + body(PING).length + 4 });
    const checksum = flags(crc32c(unsigned));
    socket.write(Buffer.concat([unsigned, checksum]));
    expect(isOk((await reply(socket)).document)).toBe(true);
    socket.write(Buffer.concat([unsigned, Buffer.from(checksum.map((byte) => byte ^ 1))]));
    await closes(socket);
  });

  test('CRC-32C of RFC 3720', () => {
    expect(crc32c(Buffer.alloc(32))).toBe(0x8a91_36aa);
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe306_9283);
  });

  test('moreToCome: the command runs, and nothing is answered', async () => {
    const socket = await open();
    socket.write(opMsg({ insert: 'silent', documents: [{ _id: 1 }], $db: 'wire', writeConcern: { w: 0 } }, 2));
    socket.write(message(Buffer.concat([flags(0), body({ count: 'silent', $db: 'wire' })]), { requestId: 9 }));
    const answer = await reply(socket);
    expect(answer.responseTo).toBe(9);
    expect(answer.document.get('n')).toMatchObject({ value: 1 });
  });

  test('OP_QUERY greets and does nothing else', async () => {
    const socket = await open();
    const query = (fields: Parameters<typeof document>[0]) =>
      message(
        Buffer.concat([flags(0), Buffer.from('admin.$cmd\0'), flags(0), flags(1), encodeDocument(document(fields))]),
        { opcode: 2004 },
      );
    socket.write(query({ isMaster: 1, helloOk: true }));
    const greeting = (await reply(socket)).document;
    expect(greeting.get('ismaster')).toBe(true);
    expect(greeting.get('helloOk')).toBe(true);
    expect(greeting.has('compression')).toBe(false);
    expect(greeting.has('topologyVersion')).toBe(false);
    socket.write(query({ listDatabases: 1 }));
    expect((await reply(socket)).document.get('code')).toMatchObject({ value: 352 });
  });

  test('broken BSON in a sound message is answered with an error', async () => {
    const socket = await open();
    const broken = encodeDocument(document({ ping: 1, $db: 'admin' }));
    broken.writeInt32LE(broken.length + 1, 0);
    socket.write(message(Buffer.concat([flags(0), Buffer.of(0), broken])));
    expect((await reply(socket)).document.get('code')).toMatchObject({ value: 22 });
    socket.write(opMsg(PING));
    expect(isOk((await reply(socket)).document)).toBe(true);
  });

  test('BSON nested too deep is answered with an error', async () => {
    const socket = await open();
    let deep = document({});
    for (let i = 0; i < 500; i++) deep = document({ a: deep });
    socket.write(opMsg({ insert: 'deep', documents: [deep], $db: 'wire' }));
    expect((await reply(socket)).document.get('code')).toMatchObject({ value: 15 });
  });
});

describe('what breaks the protocol closes that connection only', () => {
  test.each([
    ['a negative length', message(Buffer.alloc(4), { length: -1 })],
    ['a length below the header', message(Buffer.alloc(4), { length: 15 })],
    ['a huge length', message(Buffer.alloc(4), { length: 0x7fff_ffff })],
    ['a length over 48 MB', message(Buffer.alloc(4), { length: 48_000_001 })],
    ['OP_COMPRESSED', message(Buffer.alloc(16), { opcode: 2012 })],
    ['an opcode of old', message(Buffer.alloc(16), { opcode: 2002 })],
    ['an empty OP_MSG', message(Buffer.alloc(0))],
    ['OP_MSG without a body', message(Buffer.concat([flags(0), sequence('documents', [])]))],
    ['two bodies', message(Buffer.concat([flags(0), body(PING), body(PING)]))],
    ['an unknown section', message(Buffer.concat([flags(0), Buffer.of(2), Buffer.alloc(8)]))],
    ['an unknown required flag', opMsg(PING, 4)],
    [
      'a sequence longer than the message',
      message(Buffer.concat([flags(0), Buffer.of(1, 255, 255, 0, 0), Buffer.from('a\0')])),
    ],
    [
      'a sequence that repeats a field',
      message(Buffer.concat([flags(0), body({ ...PING, documents: [] }), sequence('documents', [])])),
    ],
    ['OP_QUERY without end', message(Buffer.from('xxxxxxxx'), { opcode: 2004 })],
    [
      'OP_QUERY on a collection',
      message(Buffer.concat([flags(0), Buffer.from('a.b\0'), Buffer.alloc(30)]), { opcode: 2004 }),
    ],
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')],
  ])('%s', async (_name, bytes) => {
    const bystander = await open();
    const socket = await open();
    socket.write(bytes);
    await closes(socket);
    bystander.write(opMsg(PING));
    expect(isOk((await reply(bystander)).document)).toBe(true);
    expect(logger.lines.at(-1)).toMatchObject({ level: 'warn' });
  });

  test('random bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), async (bytes) => {
        const socket = await open();
        socket.end(Buffer.from(bytes));
        await closes(socket);
      }),
      { numRuns: 50 },
    );
    await expectServes();
  });

  test('a sound message with bytes changed', async () => {
    const sound = opMsg({
      insert: 'fuzz',
      documents: [{ a: [1, { b: 'text' }], d: new Date(0), n: null }],
      $db: 'wire',
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.integer({ min: 16, max: sound.length - 1 }), fc.integer({ min: 0, max: 255 })), {
          minLength: 1,
          maxLength: 4,
        }),
        async (changes) => {
          const bytes = Buffer.from(sound);
          for (const [at, value] of changes) bytes[at] = value;
          const socket = await open();
          socket.on('data', () => socket.end());
          socket.end(bytes);
          await closes(socket);
        },
      ),
      { numRuns: 100 },
    );
    await expectServes();
    expect(logger.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  test('a message cut short by the client', async () => {
    const socket = await open();
    socket.end(opMsg(PING).subarray(0, 20));
    await closes(socket);
    await expectServes();
  });
});

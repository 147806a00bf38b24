import { rawConnection } from '../../support/raw-client';
import type { ConformanceCase } from './case';

const LIMIT_MS = 10_000;

/**
 * Sends a case and returns the whole answer.
 *
 * @throws Error with what has come when that does not end
 */
export async function exchange(port: number, { send, until }: ConformanceCase): Promise<string> {
  const client = await rawConnection(port);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const fail = (): void => reject(new Error(`no end after ${JSON.stringify(client.received().slice(0, 500))}`));
    timer = setTimeout(fail, LIMIT_MS);
  });
  const work = async (): Promise<string> => {
    if (typeof send === 'string') client.send(send);
    else await send(client);
    // A reset is an end too; `once` would take it for a fault.
    if (until === undefined && !client.socket.closed)
      await new Promise((resolve) => client.socket.once('close', resolve));
    return until === undefined ? client.received() : client.until(until);
  };
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
    client.destroy();
  }
}

/** What is another one at every moment: `Date`, and when a cookie expires. */
const MOMENTS = /(?<=\r\nDate: |; Expires=)\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT/gi;
const MADE_UP: readonly [pattern: RegExp, name: string][] = [
  [/s(:|%3A)[\w-]{32}\.[\w+/%-]+/g, '<token>'],
  [/\b[\da-f]{24}\b/g, '<id>'],
  [/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>'],
  [/(?<=\r\nETag: )\S+/gi, '<etag>'],
  [/(?<=\r\nRateLimit[\w-]*: )[^\r]*/gi, '<limit>'],
];

const HEADS = /HTTP\/1\.1 \d{3}[^]*?(?=\r\n\r\n)/g;
/** Said by each server of its own connection (RFC 9110 section 7.6.1): compared, but not where in the head it stands. */
const OF_THE_HOP = /^(connection|keep-alive|transfer-encoding):/i;

/** The answer without what cannot be the same twice, and nothing else. */
export function comparable(answer: string, { isMadeUp = false }: ConformanceCase): string {
  const text = answer.replace(MOMENTS, '<moment>').replace(HEADS, (head) => {
    const lines = head.split('\r\n');
    const isOfTheHop = (line: string): boolean => OF_THE_HOP.test(line);
    return [...lines.filter((line) => !isOfTheHop(line)), ...lines.filter(isOfTheHop)].join('\r\n');
  });
  return isMadeUp ? MADE_UP.reduce((rest, [pattern, name]) => rest.replace(pattern, name), text) : text;
}

/**
 * The same with the headers of each answer in one spelling and order, for answers that API Gateway writes: names of headers have no
 * case (RFC 9110 section 5.1), and their order means nothing between different names (section 5.3).
 */
export function withHeadersInOrder(answer: string): string {
  return answer.replace(/(HTTP\/1\.1 \d{3}[^\r]*\r\n)([^]*?)(?=\r\n\r\n)/g, (_all, line: string, headers: string) => {
    const pairs = headers.split('\r\n').map((header) => /^([^:]*)([^]*)$/.exec(header)?.slice(1) ?? []);
    const named = pairs.map(([name = '', rest = '']) => ({ name: name.toLowerCase(), rest }));
    named.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
    return line + named.map(({ name, rest }) => name + rest).join('\r\n');
  });
}

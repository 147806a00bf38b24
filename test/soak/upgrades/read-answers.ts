/** An answer as its bytes say it, by RFC 9112. */
export interface Answer {
  readonly statusCode: number;
  /** In lower case and sorted, without what is another at every moment or concerns one connection only. */
  readonly headers: readonly string[];
  readonly body: string;
  readonly saysClose: boolean;
}

const NOT_COMPARED = /^(?:date|connection|keep-alive|transfer-encoding):/;

/**
 * Reads the answers to requests with these methods, one behind the other; what follows them is `rest`.
 *
 * @throws Error for what is no answer, or less than a whole one
 */
export function readAnswers(text: string, methods: readonly string[]): { answers: Answer[]; rest: string } {
  const answers: Answer[] = [];
  let rest = text;
  for (const method of methods) {
    if (rest === '') break;
    const end = rest.indexOf('\r\n\r\n');
    const statusCode = Number(/^HTTP\/1\.1 (\d{3}) /.exec(rest)?.[1]);
    if (end < 0 || Number.isNaN(statusCode)) throw new Error(`no answer: ${JSON.stringify(rest.slice(0, 200))}`);
    const lines = rest.slice(0, end).split('\r\n').slice(1);
    const headers = lines.map((line) => line.replace(/^[^:]*/, (name) => name.toLowerCase()));
    const value = (name: string): string | undefined =>
      headers
        .find((line) => line.startsWith(`${name}:`))
        ?.slice(name.length + 1)
        .trim();
    rest = rest.slice(end + 4);
    let body: string;
    if (method === 'HEAD' || statusCode === 101) body = '';
    else if (value('transfer-encoding') === 'chunked') [body, rest] = readChunks(rest);
    else {
      const length = Number(value('content-length') ?? rest.length);
      body = rest.slice(0, length);
      rest = rest.slice(length);
      if (body.length < length) throw new Error(`half an answer: ${body.length} of ${length} bytes`);
    }
    const saysClose = value('connection') === 'close';
    answers.push({ statusCode, headers: headers.filter((line) => !NOT_COMPARED.test(line)).sort(), body, saysClose });
    if (statusCode === 101) break;
  }
  return { answers, rest };
}

function readChunks(text: string): [body: string, rest: string] {
  let body = '';
  for (let at = 0; ;) {
    const end = text.indexOf('\r\n', at);
    const size = Number.parseInt(text.slice(at, end), 16);
    if (end < 0 || Number.isNaN(size)) throw new Error('half an answer: its chunks');
    body += text.slice(end + 2, end + 2 + size);
    at = end + 4 + size;
    if (text.slice(at - 2, at) !== '\r\n') throw new Error('half an answer: a chunk');
    if (size === 0) return [body, text.slice(at)];
  }
}

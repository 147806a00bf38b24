import http, { type RequestListener } from 'node:http';
import { duplexPair } from 'node:stream';
import type { AppRoute, HazardKind } from '../inventory';
import type { AnswerFact } from '../setup';

/** What a request might start or change, or that does not end. */
const NOT_ASKED: ReadonlySet<HazardKind> = new Set(['stream', 'write', 'timer', 'file', 'multipart', 'emitter']);
const MOST_ROUTES = 20;
const PATIENCE = 2_000;
const LONGEST_BODY = 64 * 1024;

/** Sends the app an anonymous GET for each of its first harmless routes, twice: what it answers then says how it refuses, and which headers it sends always. */
export async function probeAnswers(listener: RequestListener, routes: readonly AppRoute[]): Promise<AnswerFact[]> {
  const harmless = routes.filter(
    ({ method, path, hazards, shadowedBy }) =>
      method === 'GET' &&
      /^\/[\w\-./]*$/.test(path) &&
      shadowedBy === undefined &&
      !hazards.some(({ kind }) => NOT_ASKED.has(kind)),
  );
  const answers: AnswerFact[] = [];
  for (const path of new Set(harmless.slice(0, MOST_ROUTES).map((route) => route.path))) {
    const [first, second] = [await ask(listener, path), await ask(listener, path)];
    if (first === undefined || second === undefined) continue;
    const again = new Map(Object.entries(second.headers));
    const headers = Object.entries(first.headers).filter(([name, value]) => again.get(name) === value);
    answers.push({
      ...first,
      headers: Object.fromEntries(headers),
      isFixed: second.body === first.body,
      varies: {
        headers: varying(Object.entries(first.headers), Object.entries(second.headers)),
        fields: varying(tokenFields(first.body), tokenFields(second.body)),
      },
    });
  }
  return answers;
}

type Named = readonly (readonly [name: string, value: string])[];

type Answer = Omit<AnswerFact, 'isFixed' | 'varies'>;

function varying(first: Named, second: Named): string[] {
  const again = new Map(second);
  return first.filter(([name, value]) => again.has(name) && again.get(name) !== value).map(([name]) => name);
}

/** Inputs and metas of a page by their name, where that says CSRF. */
function tokenFields(body: string): Named {
  const tags = body.matchAll(/<(input|meta)\s[^>]{0,1000}>/gi);
  return [...tags].flatMap(([tag, element = '']): Named => {
    const name = /\sname=["']?([\w-]{1,64})/i.exec(tag)?.[1];
    return name !== undefined && /csrf|xsrf|authenticity/i.test(name)
      ? [[`${element.toLowerCase()} ${name}`, tag]]
      : [];
  });
}

/** Over a connection that is no socket: none may be opened here. */
function ask(listener: RequestListener, path: string): Promise<Answer | undefined> {
  const [client, server] = duplexPair();
  http.createServer(listener).emit('connection', server);
  return new Promise((resolve) => {
    const end = (answer?: Answer): void => {
      clearTimeout(timer);
      client.destroy();
      resolve(answer);
    };
    const timer = setTimeout(() => end(), PATIENCE);
    const request = http.request(
      { path, headers: { host: 'localhost', 'x-forwarded-proto': 'https' }, createConnection: () => client },
      (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (text: string) => {
          body += text;
          if (body.length > LONGEST_BODY) end();
        });
        response.on('end', () =>
          end({
            path,
            statusCode: response.statusCode ?? 0,
            headers: Object.fromEntries(
              Object.entries(response.headers).flatMap(([name, value]) =>
                typeof value === 'string' ? [[name, value]] : [],
              ),
            ),
            body,
          }),
        );
        response.on('error', () => end());
      },
    );
    request.on('error', () => end());
    request.end();
  });
}

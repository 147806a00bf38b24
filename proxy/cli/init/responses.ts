import { expressErrorPage, expressJson } from '../../../shared/config/express-response';
import type { AnswerFact } from '../../inventory/setup';
import { Code, literal } from './literal';

/** Of the connection, of one answer, or of one client: never the same for all. */
const VARYING =
  /^(connection|keep-alive|content-length|transfer-encoding|date|age|expires|last-modified|set-cookie|location|vary|content-language|x-request-id|x-response-time|x-powered-by-time|server-timing|x-ratelimit-.*|ratelimit.*|retry-after)$/;
/** Of one kind of answer. */
const OF_THE_BODY = /^(content-type|etag|cache-control|www-authenticate|content-disposition)$/;

/** `responses` of banyan.config.ts, as far as the app's answers to anonymous requests show. Pure. */
export function learnResponses(answers: readonly AnswerFact[]): {
  readonly text: string;
  readonly todo: readonly string[];
} {
  const headers = commonHeaders(answers);
  const refusals = answers.filter(({ statusCode }) => statusCode === 401);
  const [refusal] = mostFrequent(refusals.filter(({ isFixed }) => isFixed));
  const missing = [
    ...(refusal !== undefined
      ? []
      : [refusals.length > 0 ? '401 (here it differs from request to request, or holds a secret)' : '401']),
    '403',
    '500',
  ];
  const others = new Set(refusals.map(({ body }) => body)).size;
  return {
    text: literal(
      {
        headers: Object.fromEntries(headers),
        unauthorized:
          refusal === undefined ? new Code("expressJson(401, { error: 'Unauthorized' })") : fixed(refusal, headers),
        forbidden: new Code("expressJson(403, { error: 'Forbidden' })"),
        internalError: new Code('expressErrorPage(500)'),
      },
      2,
    ),
    todo: [
      `To do: the monolith's own ${missing.join(', ')}, to the byte: API Gateway gives them when no function runs.`,
      ...(others > 1 ? [`Of ${others} different answers with 401, this is the most frequent.`] : []),
    ],
  };
}

function commonHeaders(answers: readonly AnswerFact[]): ReadonlyMap<string, string> {
  const [first, ...others] = answers.map(({ headers }) => new Map(Object.entries(headers)));
  return new Map(
    [...(first ?? [])].filter(
      ([name, value]) =>
        !VARYING.test(name) && !OF_THE_BODY.test(name) && others.every((other) => other.get(name) === value),
    ),
  );
}

function mostFrequent(answers: readonly AnswerFact[]): readonly AnswerFact[] {
  const count = ({ body }: AnswerFact): number => answers.filter((other) => other.body === body).length;
  return [...answers].sort((a, b) => count(b) - count(a));
}

/** By the helper that makes the same answer, where there is one. */
function fixed({ statusCode, headers, body }: AnswerFact, common: ReadonlyMap<string, string>): Code {
  const all = new Map(Object.entries(headers));
  const own = Object.fromEntries(
    [...all].filter(([name, value]) => OF_THE_BODY.test(name) && common.get(name) !== value),
  );
  const json = parsed(body);
  const asJson = json === undefined ? undefined : expressJson(statusCode, json);
  if (asJson?.body === body && matches(asJson.headers, all))
    return new Code(`expressJson(${statusCode}, ${literal(json, 4)})`);
  const page = expressErrorPage(statusCode);
  if (page.body === body && matches(page.headers, all)) return new Code(`expressErrorPage(${statusCode})`);
  return new Code(literal({ statusCode, headers: own, body }, 4));
}

const matches = (made: Readonly<Record<string, string>>, all: ReadonlyMap<string, string>): boolean =>
  Object.entries(made).every(([name, value]) => all.get(name) === value);

function parsed(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return undefined;
  }
}

import type { Db } from 'mongodb';
import { weakETag } from '../../../../shared/weak-etag';

/** A request on its way from the proxy to the gateway. */
export interface PassingRequest {
  readonly method: string;
  /** Path and query, without the stage. */
  readonly path: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer;
}

/** The gateway's answer on its way back. */
export interface PassingAnswer {
  readonly statusCode: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer;
}

/** One fault of the Lambda side. What it does not name stays as it is. */
export interface Mutant {
  readonly name: string;
  /** Requests that go to the gateway without the proxy, as if the proxy absorbed nothing. */
  readonly pastProxy?: (request: PassingRequest, isListed: boolean) => boolean;
  readonly request?: (request: PassingRequest) => PassingRequest;
  readonly answer?: (answer: PassingAnswer, request: PassingRequest) => PassingAnswer;
  /** After which answers the data is changed; after all of them when absent. */
  readonly dataAfter?: (answer: PassingAnswer, request: PassingRequest) => boolean;
  /** What is done to the data before the answer leaves. */
  readonly data?: (db: Db, answer: PassingAnswer, request: PassingRequest) => Promise<void>;
}

type AnswerChange = NonNullable<Mutant['answer']>;
type Json = Record<string, unknown>;

export const isRecord = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function headerOf({ headers }: Pick<PassingAnswer, 'headers'>, wanted: string): string | undefined {
  return headers.find(([name]) => name.toLowerCase() === wanted)?.[1];
}

/** Changes the value of a header; undefined removes it. */
export function mapHeader<T extends Pick<PassingAnswer, 'headers'>>(
  message: T,
  wanted: string,
  change: (value: string) => string | undefined,
): T {
  const headers = message.headers.flatMap(([name, value]): (readonly [string, string])[] => {
    if (name.toLowerCase() !== wanted) return [[name, value]];
    const changed = change(value);
    return changed === undefined ? [] : [[name, changed]];
  });
  return { ...message, headers };
}

/** Gives an answer another body, with the length and tag that a working wrapper would give it: these must not tell on it. */
export function withBody(answer: PassingAnswer, body: Buffer): PassingAnswer {
  if (body.equals(answer.body)) return answer;
  const sized = mapHeader({ ...answer, body }, 'content-length', () => String(body.length));
  return mapHeader(sized, 'etag', (tag) => (tag === weakETag(answer.body) ? weakETag(body) : tag));
}

/** A change of the text of a body, for JSON and HTML. */
export function inText(change: (text: string) => string, only = /json|html/): AnswerChange {
  return (answer) =>
    answer.body.length > 0 && only.test(headerOf(answer, 'content-type') ?? '')
      ? withBody(answer, Buffer.from(change(answer.body.toString())))
      : answer;
}

/** A change of every object in a JSON body. */
export function inObjects(change: (object: Json) => Json): AnswerChange {
  return inJson((value) => mapDeep(value, (one) => (isRecord(one) ? change(one) : one)));
}

/** A change of every list in a JSON body. */
export function inLists(change: (list: readonly unknown[]) => readonly unknown[]): AnswerChange {
  return inJson((value) => mapDeep(value, (one) => (Array.isArray(one) ? change(one) : one)));
}

/** A change of every text in a JSON body. */
export function inTexts(change: (text: string) => unknown): AnswerChange {
  return inJson((value) => mapDeep(value, (one) => (typeof one === 'string' ? change(one) : one)));
}

/** A change of the members of these names, wherever they are in a JSON body. */
export function inMembers(names: readonly string[], change: (value: unknown) => unknown): AnswerChange {
  return inObjects((object) =>
    Object.fromEntries(
      Object.entries(object).map(([key, value]) => [key, names.includes(key) ? change(value) : value]),
    ),
  );
}

export function renamed(from: string, to: string): AnswerChange {
  return inObjects((object) =>
    Object.fromEntries(Object.entries(object).map(([key, value]) => [key === from ? to : key, value])),
  );
}

export function whenStatus(status: number, change: (answer: PassingAnswer) => PassingAnswer): AnswerChange {
  return (answer) => (answer.statusCode === status ? change(answer) : answer);
}

function inJson(change: (value: unknown) => unknown): AnswerChange {
  return inText((text) => JSON.stringify(change(JSON.parse(text))), /json/);
}

function mapDeep(value: unknown, change: (value: unknown) => unknown): unknown {
  const changed = change(value);
  if (Array.isArray(changed)) return changed.map((member) => mapDeep(member, change));
  if (!isRecord(changed)) return changed;
  return Object.fromEntries(Object.entries(changed).map(([key, member]) => [key, mapDeep(member, change)]));
}

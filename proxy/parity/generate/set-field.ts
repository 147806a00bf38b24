import { isRecord } from '../../../shared/config/faults';
import { parseJson } from '../../../shared/session/parse-json';
import type { Field } from './field';
import { splitTarget, withHeaders, withPath, withQuery, type DraftRequest } from './variation';

/** Stands for a field that is not sent at all. */
export const ABSENT = Symbol('absent');

/** What is written as it stands: a number in JSON as it is spelt, an encoding of one's own. */
export class Spelt {
  constructor(readonly text: string) {}
}

const FORM = /^application\/x-www-form-urlencoded/i;

/** What a body is made of: members of a JSON object, or pairs of a form. */
export function kindOfBody({ body, headers }: DraftRequest): 'json' | 'form' | undefined {
  if (typeof body !== 'string') return undefined;
  if (isRecord(parseJson(body))) return 'json';
  return Object.entries(headers).some(([name, type]) => /^content-type$/i.test(name) && FORM.test(type))
    ? 'form'
    : undefined;
}

/** Whether the request has the part that the field is in. */
export function hasPlaceFor(field: Field, request: DraftRequest): boolean {
  if (field.part === 'body') return kindOfBody(request) !== undefined;
  return field.part !== 'path' || segmentsOf(request)[Number(field.at[1])] !== undefined;
}

const segmentsOf = ({ path }: DraftRequest): string[] => splitTarget(path).path.split('/');

/** The request with another value in a field, {@link ABSENT} without it. */
export function setField(request: DraftRequest, { part, at }: Field, value: unknown): DraftRequest {
  const [name = '', segment] = at;
  const asText = pairName(at);
  switch (part) {
    case 'query':
      return withQuery(request, (query) => setPair(query, asText, value));
    case 'header': {
      const headers = Object.entries(request.headers).filter(([own]) => own.toLowerCase() !== name);
      const without = { ...request, headers: Object.fromEntries(headers) };
      return value === ABSENT ? without : withHeaders(without, { [name]: textOf(value) });
    }
    case 'path':
      return withPath(request, () => {
        const segments = segmentsOf(request);
        segments.splice(Number(segment), 1, ...(value === ABSENT ? [] : [encode(value)]));
        return segments.join('/');
      });
    case 'body': {
      const { body } = request;
      if (typeof body !== 'string') return request;
      if (kindOfBody(request) === 'form') return { ...request, body: setPair(body, asText, value) };
      return { ...request, body: toJson(setMember(parseJson(body), at, value)) };
    }
  }
}

/** What stands in a field of a request; undefined where nothing does. */
export function valueOf(request: DraftRequest, { part, at }: Field): unknown {
  const [name = ''] = at;
  const pairIn = (text: string): string | undefined => pairsOf(text).find((pair) => pair.name === pairName(at))?.value;
  if (part === 'query') return pairIn(splitTarget(request.path).query);
  if (part === 'header') return Object.entries(request.headers).find(([own]) => own.toLowerCase() === name)?.[1];
  if (part === 'path') return decodeSegment(segmentsOf(request)[Number(at[1])] ?? '');
  if (typeof request.body !== 'string') return undefined;
  if (kindOfBody(request) === 'form') return pairIn(request.body);
  return at.reduce<unknown>(
    (value, key) => (isRecord(value) ? value[key] : Array.isArray(value) ? value[Number(key)] : undefined),
    parseJson(request.body),
  );
}

/** As Express's extended parser names it: `filter[status]`. */
export const pairName = ([first = '', ...rest]: readonly string[]): string =>
  first + rest.map((name) => `[${name}]`).join('');

/** The pairs of a query or a form, each by the name of its field: `tags[]` and `tags[0]` are `tags`. */
export function pairsOf(text: string): readonly { readonly name: string; readonly value: string }[] {
  return text
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const at = pair.indexOf('=');
      const name = decode(at < 0 ? pair : pair.slice(0, at)).replace(/\[\d*\]$/, '');
      return { name, value: at < 0 ? '' : decode(pair.slice(at + 1)) };
    });
}

function setPair(text: string, name: string, value: unknown): string {
  const key = encodeURIComponent(name).replaceAll('%5B', '[').replaceAll('%5D', ']');
  const pairs = text.split('&').filter((pair) => pair !== '');
  const isOther = (pair: string): boolean => pairsOf(pair)[0]?.name !== name;
  const at = pairs.findIndex((pair) => !isOther(pair));
  const kept = pairs.filter(isOther);
  kept.splice(at < 0 ? kept.length : at, 0, ...pairsFor(key, value));
  return kept.join('&');
}

/** What a query or a form has for a field. */
export function pairsFor(key: string, value: unknown): readonly string[] {
  if (value === ABSENT) return [];
  if (value === null) return [key];
  if (Array.isArray(value))
    return value.flatMap((one: unknown) =>
      Array.isArray(one) ? pairsFor(`${key}[]`, one) : [`${key}[]=${encode(one)}`],
    );
  if (isRecord(value) && !(value instanceof Spelt))
    return Object.entries(value).map(([name, one]) => `${key}[${encode(name)}]=${encode(one)}`);
  return [`${key}=${encode(value)}`];
}

export const textOf = (value: unknown): string =>
  value instanceof Spelt ? value.text : typeof value === 'string' ? value : JSON.stringify(value);

/** Half of a surrogate pair has no encoding, and becomes U+FFFD. */
export const encode = (value: unknown): string =>
  value instanceof Spelt ? value.text : encodeURIComponent(Buffer.from(textOf(value)).toString());

const decode = (text: string): string => decodeSegment(text.replaceAll('+', ' '));

/** In a path a plus is no space. */
export function decodeSegment(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function setMember(target: unknown, [name, ...rest]: readonly string[], value: unknown): unknown {
  if (name === undefined) return value;
  if (Array.isArray(target)) {
    const changed = target.map((one: unknown, i) => (String(i) === name ? setMember(one, rest, value) : one));
    return changed.filter((one) => one !== ABSENT);
  }
  const members = new Map(isRecord(target) ? Object.entries(target) : []);
  const changed = setMember(members.get(name), rest, value);
  if (changed === ABSENT) members.delete(name);
  else members.set(name, changed);
  return Object.fromEntries(members);
}

function toJson(value: unknown): string {
  const spelt: string[] = [];
  const text = JSON.stringify(value, (_key, one: unknown) =>
    one instanceof Spelt ? `\uE000${spelt.push(one.text) - 1}\uE000` : one,
  );
  return text.replaceAll(/"\uE000(\d+)\uE000"/g, (_all, index: string) => spelt[Number(index)] ?? '');
}

import { isRecord } from '../../../shared/config/faults';
import type { Contract, JsonSchema } from '../../../shared/parity/case';
import { parseJson } from '../../../shared/session/parse-json';
import type { Field, Shape } from './field';
import { decodeSegment, kindOfBody, pairName, pairsOf } from './set-field';
import { splitTarget, type DraftRequest } from './variation';

/** More would be a body of data, not of fields. */
const MOST_FIELDS = 100;
const MOST_SEEN = 20;
const DEEPEST = 4;
const LONGEST_BODY = 100_000;
/** What says how a request is sent, and whose it is, is varied as such. */
const OTHER_HEADERS = /^(content-.*|transfer-encoding|host|cookie|authorization|if-.*|accept.*)$/;
/** What browsers send by themselves; a monolith rarely reads it. */
const OF_BROWSERS =
  /^(?:sec-.*|user-agent|referer|origin|dnt|priority|pragma|cache-control|upgrade-insecure-requests)$/;
/** A longer header is sent for its length. */
const LONGEST_HEADER = 1_000;

interface Found {
  readonly part: Field['part'];
  readonly at: readonly string[];
  readonly seen: Set<unknown>;
  schema: JsonSchema;
  isRequired?: boolean;
  isInContract?: boolean;
}

/** The fields of a route: those that its known requests have, and those that its contract names. */
export function fieldsOf(route: string, requests: readonly DraftRequest[], contract: Contract = {}): readonly Field[] {
  const found = new Map<string, Found>();
  const note = (part: Field['part'], at: readonly string[], values: readonly unknown[]): Found | undefined => {
    const key = [part, ...at].join('\n');
    const known = found.get(key) ?? { part, at, seen: new Set(), schema: {} };
    if (!found.has(key) && found.size >= MOST_FIELDS) return undefined;
    found.set(key, known);
    for (const value of values) if (known.seen.size < MOST_SEEN) known.seen.add(value);
    return known;
  };
  for (const part of ['body', 'query'] as const)
    fromSchema(contract[part] ?? {}, [], (at, { schema, isRequired }) => {
      // An element of a query's list has no name of its own.
      const known =
        part === 'body' ? note(part, at, []) : at.at(-1) === '0' ? undefined : note(part, [pairName(at)], []);
      if (known !== undefined) Object.assign(known, { schema, isRequired, isInContract: true });
    });
  const parameters = (route.split(' ', 2)[1] ?? '').split('/');
  for (const { path, headers } of requests) {
    const { path: pathname, query } = splitTarget(path);
    const segments = pathname.split('/');
    for (const [index, name] of parameters.entries())
      if (name.startsWith(':') && segments.length === parameters.length)
        note('path', [name.slice(1), String(index)], [decodeSegment(segments[index] ?? '')]);
    for (const { name, value } of pairsOf(query)) note('query', [name], [value]);
    for (const [name, value] of Object.entries(headers))
      if (!OTHER_HEADERS.test(name.toLowerCase()) && value.length <= LONGEST_HEADER)
        note('header', [name.toLowerCase()], [value]);
  }
  const bodies = requests.map(({ body }) => parseJson(String(body).slice(0, LONGEST_BODY))).filter(isRecord);
  for (const body of bodies) fromValue(body, [], (at, value) => note('body', at, [value]));
  const forms = bodies.length > 0 ? [] : requests.filter((request) => kindOfBody(request) === 'form');
  for (const { body } of forms) for (const { name, value } of pairsOf(String(body))) note('body', [name], [value]);
  // One that names nothing says nothing of what is read.
  const named = new Set([...found.values()].filter(({ isInContract }) => isInContract).map(({ part }) => part));
  return [...found.values()].map(({ part, at, seen, schema: given, isRequired, isInContract = false }): Field => {
    const [first = '', ...rest] = at;
    const schema = part === 'path' ? schemaOf(contract.path?.properties?.[first]) : given;
    const values = [...seen];
    const mayMiss = part === 'query' || (part === 'body' && bodies.some((one) => !(first in one)));
    return {
      ...{ part, at, schema, seen: values, shape: shapeOf(schema, values), isOptional: isRequired !== true && mayMiss },
      isNamed: isInContract || (part === 'header' ? !OF_BROWSERS.test(first) : part === 'path' || !named.has(part)),
      name: `${part} ${first}${part === 'path' ? '' : rest.map((name) => `[${name}]`).join('')}`,
    };
  });
}

/** One schema of what a value may be: `null` and other alternatives are put together. References are not followed. */
function schemaOf(schema: JsonSchema = {}): JsonSchema {
  const { anyOf = [], oneOf = [], allOf = [] } = schema;
  const parts = [...anyOf, ...oneOf, ...allOf].filter(({ type }) => type !== 'null').map(schemaOf);
  return Object.assign({}, ...parts, schema) as JsonSchema;
}

function fromSchema(
  given: JsonSchema,
  at: readonly string[],
  note: (at: readonly string[], found: { readonly schema: JsonSchema; readonly isRequired: boolean }) => void,
): void {
  const { properties = {}, required = [] } = schemaOf(given);
  if (at.length >= DEEPEST) return;
  for (const [name, property] of Object.entries(properties)) {
    const schema = schemaOf(property);
    note([...at, name], { schema, isRequired: required.includes(name) });
    fromSchema(schema, [...at, name], note);
    if (schema.items !== undefined) note([...at, name, '0'], { schema: schemaOf(schema.items), isRequired: true });
  }
}

/** Members of objects; of a list all elements stand for the first. */
function fromValue(value: unknown, at: readonly string[], note: (at: readonly string[], value: unknown) => void): void {
  if (at.length > 0) note(at, value);
  if (at.length >= DEEPEST) return;
  if (Array.isArray(value)) for (const one of value.slice(0, MOST_SEEN)) fromValue(one, [...at, '0'], note);
  else if (isRecord(value))
    for (const [name, one] of Object.entries(value).slice(0, MOST_FIELDS)) fromValue(one, [...at, name], note);
}

const FORMATS: Readonly<Record<string, Shape>> = { date: 'time', 'date-time': 'time', email: 'email', uuid: 'id' };
const TYPES: Readonly<Record<string, Shape>> = {
  integer: 'number',
  number: 'number',
  array: 'list',
  object: 'object',
  boolean: 'boolean',
};
const TEXTS: readonly (readonly [Shape, RegExp])[] = [
  ['number', /^\d+(\.\d+)?$/],
  ['time', /^\d{4}-\d\d-\d\d/],
  ['email', /^[^\s@]+@[^\s@]+$/],
  ['id', /^([\da-f]{24}|[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12})$/i],
  ['boolean', /^(true|false)$/],
];

/** By its schema, else what most of the values look like. */
function shapeOf({ type = [], format = '' }: JsonSchema, values: readonly unknown[]): Shape {
  const declared = [type].flat().filter((name) => name !== 'null');
  const byFormat = FORMATS[format];
  if (byFormat !== undefined) return byFormat;
  const [only] = declared;
  if (only !== undefined && only !== 'string') return TYPES[only] ?? 'text';
  const counts = new Map<Shape, number>();
  for (const value of values.filter((one) => one !== null)) {
    const shape = looksLike(value);
    counts.set(shape, (counts.get(shape) ?? 0) + 1);
  }
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? 'text';
}

function looksLike(value: unknown): Shape {
  if (Array.isArray(value)) return 'list';
  if (typeof value === 'string') return TEXTS.find(([, form]) => form.test(value))?.[0] ?? 'text';
  return typeof value === 'number' || typeof value === 'boolean' || typeof value === 'object'
    ? (TYPES[typeof value] ?? 'text')
    : 'text';
}

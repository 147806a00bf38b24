import { createHash } from 'node:crypto';
import { decompress } from './decompress';
import type { Difference, ObservedResponse } from './exchange';
import { isHtmlPath, matchesElements, parseHtmlPath, type HtmlPath } from './html/html-path';
import { placesInHtml } from './html/places';
import { placesIn } from './json-places';
import { parseJson } from '../session/parse-json';
import { formOfTime, isTimeText } from './time-text';
import { maskTokens } from './token-pattern';

export const RULE_KINDS = ['ignore', 'unordered', 'tolerance', 'token', 'accepted'] as const;
export type RuleKind = (typeof RULE_KINDS)[number];

/** One entry of the rules file. */
export interface Rule {
  /** `GET /api/events` as the case or the route table spells it, a route's id, or `*`. */
  readonly route: string;
  /** A path as in differences; `*` is anything in one segment, `[*]` any index, `answer` everything; a page's path may skip elements. */
  readonly path: string;
  /**
   * `ignore`: the value may differ, not its type. `unordered`: the list is a set. `tolerance`: numbers or times may be apart by
   * `within`. `token`: what fits `pattern` is masked on both sides, all around it must be equal. `accepted`: a difference that is known and will stay; it is counted apart.
   */
  readonly kind: RuleKind;
  /** Only exchanges like this; every one when absent. */
  readonly when?: RuleCondition;
  /** For unordered: the member by which the list is sorted all the same; only what is equal in it comes in any order. */
  readonly by?: string;
  /** For tolerance: a number, or milliseconds for times. */
  readonly within?: number;
  /** For token: see `tokenFault`. */
  readonly pattern?: string;
  readonly reason: string;
  readonly owner: string;
  /** Last day on which the rule counts, `YYYY-MM-DD`. */
  readonly expires: string;
  /** `test/eventsapp/parity/rules.yml:12`. */
  readonly place: string;
}

/** Narrows a rule to some exchanges. What is not named may be anything. */
export interface RuleCondition {
  readonly identity?: string | undefined;
  /** A header that the request has, such as `authorization`. */
  readonly header?: string | undefined;
  readonly legacy?: readonly number[] | undefined;
  readonly candidate?: readonly number[] | undefined;
}

export interface Judgement {
  /** What no rule allows. */
  readonly differences: readonly Difference[];
  readonly accepted: readonly { readonly difference: Difference; readonly rule: Rule }[];
  readonly needed: readonly Rule[];
}

export function rulesOfNamed(
  rules: readonly Rule[],
  route: { readonly name: string; readonly id?: string },
): readonly Rule[] {
  return rules.filter((rule) => rule.route === '*' || rule.route === route.name || rule.route === route.id);
}

/** The rules of a listed route that have not expired. */
export function rulesOfRoute(
  rules: readonly Rule[],
  { id, method, path }: { readonly id: string; readonly method: string; readonly path: string },
  now: Date,
): readonly Rule[] {
  const today = now.toISOString().slice(0, 10);
  return rulesOfNamed(rules, { id, name: `${method} ${path}` }).filter(({ expires }) => expires >= today);
}

/** The rules whose condition an exchange meets. */
export function rulesFor(
  rules: readonly Rule[],
  exchange: {
    readonly identity?: string | undefined;
    /** Names of the request's headers, in any case. */
    readonly headers?: readonly string[] | undefined;
    readonly legacy: number;
    readonly candidate: number;
  },
): readonly Rule[] {
  return rules.filter(
    ({ when: { identity, header, legacy, candidate } = {} }) =>
      (identity === undefined || identity === exchange.identity) &&
      (header === undefined ||
        exchange.headers?.some((name) => name.toLowerCase() === header.toLowerCase()) === true) &&
      (legacy === undefined || legacy.includes(exchange.legacy)) &&
      (candidate === undefined || candidate.includes(exchange.candidate)),
  );
}

/** Sorts differences by what the rules say. The first rule that allows a difference counts. */
export function judge(differences: readonly Difference[], rules: readonly Rule[]): Judgement {
  if (rules.length === 0 || differences.length === 0) return { differences, accepted: [], needed: [] };
  const left: Difference[] = [];
  const accepted: { difference: Difference; rule: Rule }[] = [];
  const needed = new Set<Rule>();
  for (const difference of differences) {
    const rule = rules.find((one) => allows(one, difference));
    if (rule === undefined) left.push(difference);
    else {
      needed.add(rule);
      if (rule.kind === 'accepted') accepted.push({ difference, rule });
    }
  }
  return { differences: left, accepted, needed: [...needed] };
}

/** The paths of lists whose order says nothing, as a test; undefined when there are none. */
export function unorderedBy(rules: readonly Rule[]): ((path: string) => Rule | undefined) | undefined {
  const unordered = rules.filter(({ kind }) => kind === 'unordered');
  if (unordered.length === 0) return undefined;
  return (path) => (path.length > LONGEST_PATH ? undefined : unordered.find((rule) => patternOf(rule.path).test(path)));
}

/** What rules of kind `token` make of two texts at a place, and which do; undefined when none has something to mask in both. */
export function maskedBy(
  rules: readonly Rule[],
):
  | ((
      path: string,
      control: string,
      candidate: string,
    ) => { readonly control: string; readonly candidate: string; readonly rules: readonly Rule[] } | undefined)
  | undefined {
  const masking = rules.filter(({ kind }) => kind === 'token');
  if (masking.length === 0) return undefined;
  return (path, control, candidate) => {
    let [a, b] = [control, candidate];
    const used: Rule[] = [];
    for (const rule of masking) {
      if (rule.pattern === undefined || path.length > LONGEST_PATH || !patternOf(rule.path).test(path)) continue;
      const [nextA, nextB] = [maskTokens(a, rule.pattern), maskTokens(b, rule.pattern)];
      if (nextA === a || nextB === b) continue;
      [a, b] = [nextA, nextB];
      used.push(rule);
    }
    return used.length === 0 ? undefined : { control: a, candidate: b, rules: used };
  };
}

/** Whether a path is a whole body: `body`, `$`, `$[*]`, `body line *`, `body * text`. */
export function isWholeBody(path: string): boolean {
  if (/^(?:body|body line(?: \*)?|(?:body )?\$(?:\[\*\]|\.\*|\*)*|body(?: \*)+)$/.test(path.trim())) return true;
  if (!isHtmlPath(path)) return false;
  const { elements, leaf } = parseHtmlPath(path);
  const isAny = elements.every((element) => /^\*(?:\[\*\])?$/.test(element));
  return isAny && (leaf === undefined || leaf === 'text' || leaf === '@*' || leaf.startsWith('$'));
}

/** Whether an answer has the place of a rule at all: a rule without a place can never be needed. */
export function occurs(rule: Rule, paths: Iterable<string>): boolean {
  const pattern = patternOf(rule.path);
  for (const path of paths) if (pattern.test(path)) return true;
  return false;
}

function allows(rule: Rule, difference: Difference): boolean {
  if (!patternOf(rule.path).test(difference.path)) return false;
  if (rule.kind === 'accepted') return true;
  // The same type is still demanded; tokens have been masked before.
  if (difference.kind !== 'value' || rule.kind === 'token') return false;
  return rule.kind === 'ignore' || (rule.kind === 'tolerance' && isWithin(rule.within ?? 0, difference));
}

function isWithin(tolerance: number, { control = '', candidate = '', controlType }: Difference): boolean {
  const isText = controlType === 'string';
  if (isText && formOf(control) !== formOf(candidate)) return false;
  const [a, b] = [control, candidate].map((text) => numberOrTime(text, { isText }));
  if (a === undefined || b === undefined) return false;
  const apart = Math.abs(a - b);
  // 1.1 is a little more than 0.1 away from 1, in binary.
  const rounding = Number.isInteger(a) && Number.isInteger(b) ? 0 : Number.EPSILON * Math.max(Math.abs(a), Math.abs(b));
  return apart <= tolerance + rounding;
}

/** A time in another form or zone is not a time that is a little later; a number may have more digits, or another sign. */
const formOf = (text: string): string => formOfTime(text).replace(/^-/, '').replaceAll(/0+/g, '0');

/**
 * Whether a rule is about a place as the ledger keeps it, with `[*]` for positions. One with a condition, or with a position of its own, is
 * about some of such places only.
 */
export function isAbout(rule: Rule, { path, kind }: { readonly path: string; readonly kind: string }): boolean {
  if (rule.when !== undefined || !patternOf(rule.path).test(path.replaceAll('[*]', '[0]'))) return false;
  return kind === 'value' || rule.kind === 'accepted' || rule.kind === 'unordered';
}

/** Distinguishes rules by what they allow, wherever they stand and however long they count. */
export function ruleKey({ path, kind, by, within, pattern, when }: Rule): string {
  return createHash('sha256')
    .update(JSON.stringify([path, kind, by, within, pattern, when]))
    .digest('base64url')
    .slice(0, 16);
}

/** Of a text only when it is a number or a time as a whole. Beyond 2^53 neighbours are one number. */
function numberOrTime(text: string, { isText }: { readonly isText: boolean }): number | undefined {
  if (isText && !/^-?\d+(?:\.\d+)?$/.test(text)) return isTimeText(text) ? Date.parse(text) : undefined;
  const value = Number(text);
  return Number.isNaN(value) || Math.abs(value) > Number.MAX_SAFE_INTEGER ? undefined : value;
}

interface Pattern {
  test(path: string): boolean;
}

const patterns = new Map<string, Pattern>();

/** The whole answer, for what is decided about some kind of request as such. */
const ANSWER = /^(status|header |cookie |body)/;

/** A place, or one below it: a rule for `$.meta` covers `$.meta.at`. `$...` is short for `body $...`. */
function patternOf(path: string): Pattern {
  if (path === 'answer') return ANSWER;
  const known = patterns.get(path);
  if (known !== undefined) return known;
  const whole = path.startsWith('$') ? `body ${path}` : path;
  const pattern = isHtmlPath(whole) ? htmlPattern(whole) : expressionOf(whole);
  patterns.set(path, pattern);
  return pattern;
}

function expressionOf(path: string): RegExp {
  const source = path
    .split(/(\[\*\]|\*)/)
    .map((part) => {
      if (part === '[*]') return String.raw`\[\d+\]`;
      return part === '*' ? String.raw`[^.[\] ;]*` : part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
    })
    .join('');
  return new RegExp(`^${source}(?=$|[.[ ])`);
}

let lastPlace: { readonly path: string; readonly place: HtmlPath | undefined } | undefined;

/** Many rules are tried at one place in a row, which is taken apart once. */
function placeOf(path: string): HtmlPath | undefined {
  if (lastPlace?.path !== path) lastPlace = { path, place: isHtmlPath(path) ? parseHtmlPath(path) : undefined };
  return lastPlace.place;
}

/** An element without a leaf covers all that is in it. */
function htmlPattern(path: string): Pattern {
  const { elements, leaf } = parseHtmlPath(path);
  const ofLeaf = leaf === undefined ? undefined : expressionOf(leaf);
  return {
    test(other) {
      const found = placeOf(other);
      if (found === undefined) return false;
      if (ofLeaf !== undefined && (found.leaf === undefined || !ofLeaf.test(found.leaf))) return false;
      return matchesElements(elements, found.elements, { below: ofLeaf === undefined });
    },
  };
}

/** Every place of an answer, as rules name places; bounded. */
export function* placesOf({ headers, body }: ObservedResponse): Generator<string> {
  yield 'status';
  yield 'body';
  for (const [name, value] of headers) {
    yield `header ${name.toLowerCase()}`;
    if (name.toLowerCase() !== 'set-cookie') continue;
    const [cookie = '', ...attributes] = value.split(';').map((part) => part.split('=', 1)[0]?.trim() ?? '');
    yield `cookie ${cookie}`;
    for (const attribute of attributes) yield `cookie ${cookie}; ${attribute.toLowerCase()}`;
  }
  if (!Buffer.isBuffer(body) || body.length > MAX_SEARCHED) return;
  const text = decompress({ headers }, body).toString();
  if (headers.some(([name, value]) => name.toLowerCase() === 'content-type' && /^text\/html\b/i.test(value))) {
    yield* placesInHtml(text);
    return;
  }
  const value = parseJson(text);
  if (value !== undefined) yield* placesIn('body $', value);
}

const MAX_SEARCHED = 1_000_000;
/** No rule names a place so deep; looking would take longer with each level. */
const LONGEST_PATH = 4_000;

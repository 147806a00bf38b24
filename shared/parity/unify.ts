import { Renaming } from './renaming';
import type { Steps } from './steps';
import { formOfTime, HTTP_DATE, ISO_TIME } from './time-text';

/** When a request was on its way, in ms since the epoch, by the clock of whoever sent it. */
export interface Moment {
  readonly from: number;
  readonly to: number;
}

export interface UnificationOptions {
  /** Carried from exchange to exchange of a sequence; else each exchange has its own. */
  readonly renaming?: Renaming;
  /** When each side was asked. Without, times that differ are compared with one another only. */
  readonly moments?: { readonly control: Moment; readonly candidate: Moment };
  /** Clocks may be apart by this, in ms. */
  readonly timeTolerance?: number;
  /** Whether a value was there before the request: in the request itself or in the database. Such values are never renamed. */
  readonly isKnown?: (value: string) => boolean;
  /** Whether the request may have made up UUIDs and sessions, which carry no time; GET and HEAD may not. Default false. */
  readonly mayCreate?: boolean;
  /** Whether a time may be at a fixed distance from the request (default). False: only what says when something expires. */
  readonly mayBeOffset?: boolean;
}

/** Which times may differ: those of the request alone, or also those at the same distance from it. */
type Times = 'of the request' | 'may be offset';

export const DEFAULT_TIME_TOLERANCE = 2_000;
/** Numbers count as times only so near the request, in ms: others are article codes, amounts, ids. */
const EPOCH_SPAN = 5 * 365 * 86_400_000;
/** Longer texts that differ are not searched for made-up values. */
const LONGEST_TEXT = 64 * 1024;

const OBJECT_ID = String.raw`(?<![0-9A-Za-z])[0-9a-f]{24}(?![0-9A-Za-z])`;
const UUID = String.raw`(?<![0-9A-Za-z])[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![0-9A-Za-z])`;
/** As express-session makes it: id, signature; in a cookie percent-encoded. */
const SESSION = String.raw`s(?::|%3A)[\w-]{32}\.(?:[A-Za-z0-9+/]|%2B|%2F){43}`;
const SESSION_ALONE = new RegExp(`^${SESSION}$`);
/** Milliseconds since the epoch, as a number of its own. */
const EPOCH = String.raw`(?<![\w.-])\d{13}(?![\w.])`;
const TOKENS = new RegExp(
  `(?<id>${OBJECT_ID})|(?<uuid>${UUID})|(?<session>${SESSION})|(?<time>${ISO_TIME}|${HTTP_DATE}|${EPOCH})`,
  'g',
);

const EPOCH_ALONE = /^\d{13}$/;

type TokenKind = 'id' | 'uuid' | 'session' | 'time';

interface Token {
  readonly kind: TokenKind;
  readonly text: string;
}

interface Tokenized {
  /** What stands before, between and behind the tokens. */
  readonly literals: readonly string[];
  readonly tokens: readonly Token[];
}

/** Whether two different texts say the same although each side makes up ids and times: each id stands for one other, each time is explained. */
export class Unifier {
  readonly renaming: Renaming;
  private readonly options: UnificationOptions;
  private readonly tolerance: number;
  private readonly times: Times;

  constructor(options: UnificationOptions = {}) {
    this.options = options;
    this.renaming = options.renaming ?? new Renaming();
    this.tolerance = options.timeTolerance ?? DEFAULT_TIME_TOLERANCE;
    this.times = (options.mayBeOffset ?? true) ? 'may be offset' : 'of the request';
    const { moments } = options;
    if (moments !== undefined)
      this.renaming.begun ??= { control: moments.control.from, candidate: moments.candidate.from };
  }

  /** Whether the candidate's text is the control's with other made-up values. Binds new ids when it is. */
  isSameText(control: string, candidate: string, times: Times = this.times): boolean {
    if (control === candidate) return true;
    if (this.renaming.isBound(control, candidate)) return true;
    if (control.length > LONGEST_TEXT || candidate.length > LONGEST_TEXT) return false;
    const [a, b] = [tokenize(control), tokenize(candidate)];
    if (a.tokens.length === 0 || a.tokens.length !== b.tokens.length) return false;
    if (a.literals.some((literal, i) => literal !== b.literals[i])) return false;
    const bindings: [string, string][] = [];
    const isSame = a.tokens.every((token, i) => {
      const other = b.tokens[i];
      return other !== undefined && this.isSameToken(token, other, bindings, times);
    });
    return isSame && this.bindAll(bindings);
  }

  /** As {@link isSameText}, for a cookie: a request of any method may be given a session, if only for its CSRF token. */
  isSameCookie(control: string, candidate: string): boolean {
    if (this.isSameText(control, candidate)) return true;
    const areNew = [control, candidate].every((text) => SESSION_ALONE.test(text) && !this.isAnyKnown(text));
    return areNew && this.bindAll([[control, candidate], ...partsOfSession(control, candidate)]);
  }

  private bindAll(bindings: readonly (readonly [control: string, candidate: string])[]): boolean {
    for (const [from, to] of bindings) {
      if (this.renaming.isBound(from, to)) continue;
      if (!this.renaming.canBind(from, to)) return false;
      this.renaming.bind(from, to);
    }
    return true;
  }

  /** As {@link isSameText}, for what says when something expires. */
  isSameExpiry(control: string, candidate: string): boolean {
    return this.isSameText(control, candidate, 'may be offset');
  }

  /** As {@link isSameText}, for numbers: milliseconds since the epoch count as times, seconds if they are those of the request. */
  isSameNumber(control: number, candidate: number): boolean {
    if (!Number.isInteger(control) || !Number.isInteger(candidate)) return false;
    if (this.isAnyKnown(String(control), String(candidate))) return false;
    if (this.isEpoch(control, 'control') && this.isEpoch(candidate, 'candidate'))
      return this.areTimesExplained(control, candidate, 1, this.times);
    // In seconds only what is the time of the request itself: as many bytes or cents are nothing unusual.
    return this.isNear(control * 1_000, 'control', 1_000) && this.isNear(candidate * 1_000, 'candidate', 1_000);
  }

  /** What two texts that differ must have in common to be the same: all but their tokens; undefined for one without tokens. */
  frameOf(text: string): string | undefined {
    if (text.length > LONGEST_TEXT) return undefined;
    const frame = text.replaceAll(TOKENS, (...args) => `<${tokenOf(args).kind}>`);
    return frame === text ? undefined : frame;
  }

  /** A text of the control with the candidate's name for each id. */
  forCandidate(text: string): string {
    if (this.renaming.size === 0) return text;
    return text.replaceAll(TOKENS, (token) => this.renaming.candidateOf(token) ?? token);
  }

  /** The text with values made up by this side named by their kind alone: for putting things in an order that both sides share. */
  mask(text: string, side: 'control' | 'candidate'): string {
    return text.replaceAll(TOKENS, (...args) => {
      const { kind, text: token } = tokenOf(args);
      if (kind === 'time') return this.isNear(timeOf(token), side) ? '<now>' : token;
      return this.isNew({ kind, text: token }, side) ? `<new ${kind}>` : token;
    });
  }

  private isSameToken(a: Token, b: Token, bindings: [string, string][], times: Times): boolean {
    if (a.kind !== b.kind) return false;
    if (a.text === b.text) return true;
    if (a.kind === 'time') return this.isSameTime(a.text, b.text, times);
    if (this.renaming.isBound(a.text, b.text)) return true;
    if (!this.isNew(a, 'control') || !this.isNew(b, 'candidate')) return false;
    bindings.push([a.text, b.text]);
    if (a.kind === 'session') bindings.push(...partsOfSession(a.text, b.text));
    return true;
  }

  private isSameTime(a: string, b: string, times: Times): boolean {
    const [control, candidate] = [timeOf(a), timeOf(b)];
    // The same moment in another zone or with the wrong day of the week is another text of the same form.
    if (formOfTime(a) !== formOfTime(b) || control === candidate) return false;
    if (this.isAnyKnown(a, b)) return false;
    if (EPOCH_ALONE.test(a) && !(this.isEpoch(control, 'control') && this.isEpoch(candidate, 'candidate')))
      return false;
    return this.areTimesExplained(control, candidate, precision(a), times);
  }

  /** What was there before has not been made up: the other side must say the same. */
  private isAnyKnown(...texts: readonly string[]): boolean {
    const { isKnown } = this.options;
    return isKnown !== undefined && texts.some((text) => isKnown(text));
  }

  private isEpoch(time: number, side: 'control' | 'candidate'): boolean {
    const moment = this.options.moments?.[side];
    // Without moments: from 2001 to 2049.
    return moment === undefined ? time >= 1e12 && time < 2.5e12 : Math.abs(time - moment.to) <= EPOCH_SPAN;
  }

  private isNew({ kind, text }: Token, side: 'control' | 'candidate'): boolean {
    if (this.options.isKnown?.(text) === true) return false;
    // An ObjectId begins with the second in which it was made.
    if (kind === 'id') return this.isNear(Number.parseInt(text.slice(0, 8), 16) * 1_000, side, 1_000);
    return this.options.mayCreate ?? false;
  }

  private isNear(time: number, side: 'control' | 'candidate', precisionOf = 0): boolean {
    const moment = this.options.moments?.[side];
    if (moment === undefined) return false;
    return time >= moment.from - this.tolerance - precisionOf && time <= moment.to + this.tolerance;
  }

  private isOfSequence(time: number, side: 'control' | 'candidate'): boolean {
    const [begun, moment] = [this.renaming.begun?.[side], this.options.moments?.[side]];
    if (begun === undefined || moment === undefined) return false;
    return time >= begun - this.tolerance && time <= moment.to + this.tolerance;
  }

  /** Both took the time of their request (or an earlier one), or the same distance from it: then they are as far apart as the requests. */
  private areTimesExplained(control: number, candidate: number, precisionOf: number, times: Times): boolean {
    const { moments } = this.options;
    if (moments === undefined) return Math.abs(control - candidate) <= this.tolerance + precisionOf;
    if (this.isNear(control, 'control', precisionOf) && this.isNear(candidate, 'candidate', precisionOf)) return true;
    const apart = candidate - control;
    if (this.isOfSequence(control, 'control') && this.isOfSequence(candidate, 'candidate')) {
      if (Math.abs(apart) <= this.tolerance + precisionOf) return true;
    }
    if (times === 'of the request') return false;
    const least = moments.candidate.from - moments.control.to;
    const most = moments.candidate.to - moments.control.from;
    return apart >= least - precisionOf && apart <= most + precisionOf;
  }
}

/** A text looked through between two yields, and how far a token may reach into the next. */
const STEP = { length: 64 * 1024, overlap: 200 };

/** All that looks made up in a text. */
export function* tokensOf(text: string): Steps<ReadonlySet<string>> {
  const tokens = new Set<string>();
  for (let at = 0; at < text.length; at += STEP.length) {
    if (at > 0) yield;
    const part = text.slice(Math.max(0, at - STEP.overlap), at + STEP.length + STEP.overlap);
    for (const [token] of part.matchAll(TOKENS)) tokens.add(token);
  }
  return tokens;
}

function tokenize(text: string): Tokenized {
  const literals: string[] = [];
  const tokens: Token[] = [];
  let end = 0;
  for (const match of text.matchAll(TOKENS)) {
    literals.push(text.slice(end, match.index));
    tokens.push({ kind: kindOf(match.groups), text: match[0] });
    end = match.index + match[0].length;
  }
  literals.push(text.slice(end));
  return { literals, tokens };
}

function tokenOf(args: readonly unknown[]): Token {
  const groups = args.at(-1);
  return { kind: kindOf(groups as Record<string, string | undefined>), text: String(args[0]) };
}

function kindOf(groups: Readonly<Record<string, string | undefined>> | undefined): TokenKind {
  if (groups?.['id'] !== undefined) return 'id';
  if (groups?.['uuid'] !== undefined) return 'uuid';
  return groups?.['session'] !== undefined ? 'session' : 'time';
}

/** The session's id stands alone in the store, and the token also in the other encoding. */
function partsOfSession(control: string, candidate: string): [string, string][] {
  const [a, b] = [control, candidate].map((text) => decodeURIComponent(text));
  if (a === undefined || b === undefined) return [];
  return [
    [a, b],
    [encodeURIComponent(a), encodeURIComponent(b)],
    [a.slice(2, 34), b.slice(2, 34)],
  ];
}

function timeOf(text: string): number {
  return EPOCH_ALONE.test(text) ? Number(text) : Date.parse(text);
}

function precision(text: string): number {
  return /^\d{13}$|\.\d{3}/.test(text) ? 1 : 1_000;
}

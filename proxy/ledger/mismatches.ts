import { createHash } from 'node:crypto';
import { OTHER, isPlainName, shownHeader, shownName } from '../../shared/plain-name';
import { oneLine } from '../../shared/printable';
import { isHtmlPath, parseHtmlPath, tagOf, withoutPosition } from '../../shared/parity/html/html-path';
import type { ComparisonObservation, ObservedDifference } from '../observation';
import { MISMATCHES_COLLECTION } from './collections';
import { OwnTotals, type Origin } from './own-totals';
import type { OwnDocument } from './writer';

export interface MismatchPlace {
  readonly path: string;
  readonly kind: string;
  readonly controlType?: string;
  readonly candidateType?: string;
  /** Lambda got it wrong once and right once. */
  readonly intermittent?: true;
}

interface Mismatch {
  readonly routeId: string;
  readonly source: string;
  readonly statusCode: number;
  readonly identity: string;
  readonly queryForm: string;
  readonly differences: readonly MismatchPlace[];
  readonly firstAt: number;
  lastAt: number;
  count: number;
}

const MAX_KINDS = 1_000;
const MAX_PLACES = 20;
const MAX_TEXT = 200;

/** Mismatches by their form, with a count. Beyond {@link MAX_KINDS} the one seen longest ago is forgotten here, not in MongoDB. */
export class Mismatches extends OwnTotals<Mismatch> {
  record({ routeId, source, statusCode, identity, queryForm, differences, at }: ComparisonObservation): void {
    const places = differences.slice(0, MAX_PLACES).map(toPlace);
    const form = queryForm.slice(0, MAX_TEXT);
    const key = createHash('sha256')
      .update(JSON.stringify([routeId, source, statusCode, identity, places]))
      .digest('base64url');
    const known = this.totals.get(key);
    this.totals.delete(key);
    const mismatch = known ?? {
      ...{ routeId, source, statusCode, identity, queryForm: form, differences: places },
      ...{ firstAt: at, lastAt: at, count: 0 },
    };
    mismatch.count += 1;
    mismatch.lastAt = Math.max(mismatch.lastAt, at);
    // Inserted again, so that the map is ordered by the last time.
    this.totals.set(key, mismatch);
    this.dirty.add(key);
    if (this.totals.size > MAX_KINDS) this.forgetOldest();
  }

  protected documentsOf(mismatch: Mismatch, _id: string, { versions, database }: Origin): OwnDocument[] {
    const { count, firstAt, lastAt, ...fields } = mismatch;
    return [
      {
        ...{ collection: MISMATCHES_COLLECTION, _id, fields: { ...fields, versions, database } },
        // A form that was forgotten here starts again at 1.
        atLeast: { count, lastAt: new Date(lastAt) },
        once: { firstAt: new Date(firstAt) },
      },
    ];
  }

  private forgetOldest(): void {
    const oldest = this.totals.keys().next().value;
    if (oldest === undefined) return;
    this.totals.delete(oldest);
    this.dirty.delete(oldest);
  }
}

/** Whatever else an observation carries stays out. */
export function toPlace({ path, kind, controlType, candidateType, intermittent }: ObservedDifference): MismatchPlace {
  return {
    path: maskPath(path),
    kind: text(kind),
    ...(controlType !== undefined && { controlType: text(controlType) }),
    ...(candidateType !== undefined && { candidateType: text(candidateType) }),
    ...(intermittent === true && { intermittent }),
  };
}

const COOKIE_ATTRIBUTES = new Set(['path', 'domain', 'expires', 'max-age', 'samesite', 'secure', 'httponly']);

/** A path without data: `body $.events[3].title` becomes `body $.events[*].title`, odd names `[*]` or `(other)`. */
export function maskPath(path: string): string {
  const [place = '', ...rest] = text(path).split(' ');
  const where = rest.join(' ');
  if (place === 'header') return `header ${shownHeader(where)}`;
  if (place === 'cookie') return `cookie ${maskCookie(where)}`;
  const root = where.startsWith('$') ? where : undefined;
  if (isHtmlPath(text(path))) return maskHtmlPath(text(path));
  if (place !== 'body' || root === undefined)
    return [place, ...rest].map((word) => (/^\d{1,6}$/.test(word) ? word : shownName(word))).join(' ');
  return `body ${maskJsonPath(root)}`;
}

function maskJsonPath(path: string): string {
  return path
    .replace(/\[(?:\d+|"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?)\]?/g, '[*]')
    .replace(/\.([^.[\]\s]+)/g, (whole, key: string) => (isPlainName(key) ? whole : '.*'));
}

/** Of a page: ids and names only where a programmer wrote them, so that what is left is still a rule's path. */
function maskHtmlPath(path: string): string {
  const { elements, leaf } = parseHtmlPath(path);
  const masked = elements.map((element) => {
    const base = withoutPosition(element);
    const tag = tagOf(base);
    const identity = base.slice(tag.length).replace(/^#|^\[name=|\]$/g, '');
    const shown = identity === '' || isPlainName(identity) ? base : tag;
    return /^[a-z][a-z0-9-]{0,30}$/.test(tag) ? `${shown}${base === element ? '' : '[*]'}` : '*';
  });
  const [first = '', ...rest] = leaf?.split(' ') ?? [];
  const json = rest.join(' ') || (first.startsWith('$') ? first : '');
  const place = first.startsWith('@') ? `@${maskAttribute(first.slice(1))}` : first.startsWith('$') ? '' : first;
  return ['body', ...masked, place, json && maskJsonPath(json)].filter((part) => part !== '').join(' ');
}

const maskAttribute = (name: string): string => (isPlainName(name) ? name : '*');

function maskCookie(where: string): string {
  const [name = '', attribute] = where.split('; ', 2);
  if (attribute === undefined) return shownName(name);
  return `${shownName(name)}; ${COOKIE_ATTRIBUTES.has(attribute) ? attribute : OTHER}`;
}

function text(value: string): string {
  return oneLine(value, MAX_TEXT);
}

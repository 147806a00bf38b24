import { longestCommon } from '../longest-common';
import {
  childrenOf,
  attributeName,
  isElement,
  type HtmlDocument,
  type HtmlElement,
  type HtmlNode,
  type HtmlParent,
} from './parse-document';
import { compareWords, type LeafComparison } from './compare-words';
import type { Steps } from '../steps';

/** Pairs of parents looked at between two yields. */
const STEP = 500;
/** Lists longer than this are not aligned by trying all pairs. */
const MAX_ALIGNED = 10_000;

/** What is in a parent: elements, comments and texts, and the white space between them. */
interface Content {
  readonly items: readonly HtmlNode[];
  /** White space in front of each item, and behind the last one. */
  readonly gaps: readonly string[];
}

/** Compares two pages by their elements and returns whether both have the same structure. */
export function* compareTrees(control: HtmlDocument, candidate: HtmlDocument, leaves: LeafComparison): Steps<boolean> {
  let isSame = compareDoctypes(control, candidate, leaves);
  const pending: [HtmlParent, HtmlParent][] = [[control, candidate]];
  let looked = 0;
  for (let pair = pending.pop(); pair !== undefined && !leaves.isFull; pair = pending.pop()) {
    const [a, b] = pair;
    if (isElement(a) && isElement(b)) isSame = (yield* compareAttributes(a, b, leaves)) && isSame;
    isSame = (yield* compareContents(a, b, pending, leaves)) && isSame;
    looked += 1;
    if (looked % STEP === 0) yield;
  }
  return isSame;
}

function compareDoctypes(control: HtmlDocument, candidate: HtmlDocument, leaves: LeafComparison): boolean {
  const [a, b] = [control, candidate].map((document) => {
    const found = document.childNodes.find((node) => node.nodeName === '#documentType');
    return found === undefined || !('publicId' in found)
      ? undefined
      : ['<!doctype', found.name, found.publicId, found.systemId].filter((part) => part !== '').join(' ');
  });
  if (a === b) return true;
  leaves.report('body doctype', a, b);
  return false;
}

function* compareAttributes(a: HtmlElement, b: HtmlElement, leaves: LeafComparison): Steps<boolean> {
  if (
    a.attrs.length === b.attrs.length &&
    a.attrs.every(({ name, value }, i) => {
      const other = b.attrs[i];
      return other?.name === name && other.value === value;
    })
  )
    return true;
  const found = new Map(b.attrs.map((attribute) => [attributeName(attribute), attribute.value]));
  const own = new Map(a.attrs.map((attribute) => [attributeName(attribute), attribute.value]));
  if (['id', 'name'].some((name) => own.get(name) !== found.get(name))) leaves.names.forgetIdentity(a);
  let isSame = true;
  for (const [name, value] of own) {
    const other = found.get(name);
    if (other === undefined) {
      isSame = false;
      leaves.report(`${leaves.names.pathOf(a)} @${name}`, value, undefined);
    } else if (value !== other) yield* compareWords(leaves, a, `@${name}`, value, other);
  }
  for (const [name, value] of found) {
    if (own.has(name)) continue;
    isSame = false;
    leaves.report(`${leaves.names.pathOf(a)} @${name}`, undefined, value);
  }
  return isSame;
}

function* compareContents(
  a: HtmlParent,
  b: HtmlParent,
  pending: [HtmlParent, HtmlParent][],
  leaves: LeafComparison,
): Steps<boolean> {
  const [left, right] = [contentOf(a), contentOf(b)];
  const pairs = align(left.items, right.items);
  const isSame = pairs.length === left.items.length && pairs.length === right.items.length;
  if (isSame) compareGaps(a, left, right, leaves);
  else reportOthers(a, left, right, pairs, leaves);
  const below: [HtmlParent, HtmlParent][] = [];
  for (const [i, j] of pairs) {
    const [one, other] = [left.items[i], right.items[j]];
    if (one === undefined || other === undefined) continue;
    if (isElement(one) && isElement(other)) below.push([one, other]);
    else if ('value' in one && 'value' in other) {
      if (one.value !== other.value) yield* compareWords(leaves, a, 'text', one.value, other.value);
    } else if ('data' in one && 'data' in other && one.data !== other.data)
      yield* compareWords(leaves, a, 'comment', one.data, other.data);
  }
  pending.push(...below.reverse());
  return isSame;
}

function contentOf(parent: HtmlParent): Content {
  const items: HtmlNode[] = [];
  const gaps: string[] = [];
  let gap = '';
  const keepsSpace = isElement(parent) && KEEPS_SPACE.has(parent.tagName);
  for (const node of childrenOf(parent)) {
    if (node.nodeName === '#documentType') continue;
    if ('value' in node && !keepsSpace && !/[^ \t\n\f\r]/.test(node.value)) gap += node.value;
    else {
      items.push(node);
      gaps.push(gap);
      gap = '';
    }
  }
  gaps.push(gap);
  return { items, gaps };
}

/** Where white space is content. */
export const KEEPS_SPACE = new Set(['pre', 'textarea', 'script', 'style', 'listing', 'plaintext', 'xmp']);

function compareGaps(parent: HtmlParent, a: Content, b: Content, leaves: LeafComparison): void {
  const differing = a.gaps.findIndex((gap, i) => gap !== b.gaps[i]);
  if (differing < 0) return;
  leaves.report(`${leaves.names.pathOf(parent)} whitespace`, a.gaps[differing] ?? '', b.gaps[differing] ?? '');
  leaves.isSpaced = true;
}

function reportOthers(
  parent: HtmlParent,
  a: Content,
  b: Content,
  pairs: readonly (readonly [number, number])[],
  leaves: LeafComparison,
): void {
  const [inA, inB] = [new Set(pairs.map(([i]) => i)), new Set(pairs.map(([, j]) => j))];
  const leafOf = (node: HtmlNode): string => ('value' in node ? ' text' : ' comment');
  for (const [i, node] of a.items.entries())
    if (!inA.has(i)) {
      const path = isElement(node) ? leaves.names.pathOf(node) : leaves.names.pathOf(parent) + leafOf(node);
      leaves.report(path, shown(node), undefined);
    }
  for (const [j, node] of b.items.entries())
    if (!inB.has(j)) {
      const path = isElement(node) ? leaves.names.pathBelow(parent, node) : leaves.names.pathOf(parent) + leafOf(node);
      leaves.report(path, undefined, shown(node));
    }
}

/** What an element begins with, for a report. */
function shown(node: HtmlNode): string {
  if ('value' in node) return node.value.trim();
  if (!isElement(node)) return 'data' in node ? `<!--${node.data}-->` : node.nodeName;
  const attributes = node.attrs.map((attribute) => ` ${attributeName(attribute)}="${attribute.value}"`).join('');
  return `<${node.tagName}${attributes}>${textOf(node).replaceAll(/\s+/g, ' ').trim()}`.slice(0, 200);
}

/** The text in a node, as far as one needs it to recognise it. */
function textOf(node: HtmlNode): string {
  let text = '';
  const pending: HtmlNode[] = [node];
  for (let next = pending.pop(); next !== undefined && text.length < 300; next = pending.pop()) {
    if ('value' in next) text += next.value;
    else if (isElement(next)) for (const child of [...childrenOf(next)].slice(0, 100).reverse()) pending.push(child);
  }
  return text;
}

/** Which item of one list is which of the other, by position in both. */
function align(a: readonly HtmlNode[], b: readonly HtmlNode[]): readonly (readonly [number, number])[] {
  if (a.length === b.length && a.every((node, i) => node.nodeName === b[i]?.nodeName))
    return a.map((_node, i) => [i, i] as const);
  const [left, right] = [a.map(keyOf), b.map(keyOf)];
  const shorter = Math.min(a.length, b.length);
  let front = 0;
  while (front < shorter && left[front] === right[front]) front += 1;
  let back = 0;
  while (back < shorter - front && left[a.length - 1 - back] === right[b.length - 1 - back]) back += 1;
  const middle =
    (a.length - front - back) * (b.length - front - back) <= MAX_ALIGNED
      ? longestCommon(
          a.slice(front, a.length - back).map(({ nodeName }) => nodeName),
          b.slice(front, b.length - back).map(({ nodeName }) => nodeName),
        )
      : [];
  return [
    ...Array.from({ length: front }, (_, i) => [i, i] as const),
    ...middle.map(([i, j]) => [front + i, front + j] as const),
    ...Array.from({ length: back }, (_, k) => [a.length - back + k, b.length - back + k] as const),
  ];
}

/** An element by what it says, so that one more in front does not make all others differ. */
function keyOf(node: HtmlNode): string {
  if (!isElement(node)) return node.nodeName;
  const id = node.attrs.find(({ name }) => name === 'id' || name === 'name')?.value ?? '';
  return `${node.nodeName}#${id} ${textOf(node).trim()}`;
}

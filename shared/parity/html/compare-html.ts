import type { ValueOptions } from '../compare-values';
import { difference, type Difference } from '../exchange';
import type { Steps } from '../steps';
import { compareTrees } from './compare-documents';
import { compareWords, LeafComparison } from './compare-words';
import { ElementNames } from './element-names';
import { marksIn, mergeTexts, unmerge, type MergedText } from './merged-text';
import { childrenOf, isElement, parseDocument, type HtmlDocument, type HtmlParent } from './parse-document';
import { findSpelling } from './spelling';

/** Compares two pages as documents (WHATWG HTML); undefined when one is too large or deep. What no browser shows is `body spelling` or `whitespace`. */
export function* compareHtmlSteps(
  control: string,
  candidate: string,
  options: ValueOptions = {},
): Steps<Difference[] | undefined> {
  const merged = mergeTexts(control, candidate);
  yield;
  if (merged !== undefined) {
    const document = yield* parseDocument(merged.text);
    if (document === undefined) return undefined;
    const leaves = yield* compareMerged(document, merged, options);
    if (leaves !== undefined) return leaves.differences;
  }
  const a = yield* parseDocument(control);
  yield;
  const b = yield* parseDocument(candidate);
  if (a === undefined || b === undefined) return undefined;
  yield;
  const leaves = new LeafComparison(new ElementNames(a), options);
  const isSame = yield* compareTrees(a, b, leaves);
  yield;
  const at = isSame && !leaves.isFull ? findSpelling(control, candidate, leaves.explained, leaves) : undefined;
  if (at === undefined) return leaves.differences;
  const [i, j] = at;
  const near = (text: string, position: number): string => text.slice(Math.max(0, position - 40), position + 80);
  return [...leaves.differences, difference('body spelling', 'value', near(control, i), near(candidate, j))];
}

/** Attributes that change how a page is parsed. */
const STRUCTURAL = new Set(['type', 'encoding']);

/** Compares the marked places; undefined when some mark is part of the structure. */
function* compareMerged(
  document: HtmlDocument,
  merged: MergedText,
  options: ValueOptions,
): Steps<LeafComparison | undefined> {
  const places: { readonly owner: HtmlParent; readonly leaf: string; readonly text: string }[] = [];
  let marks = 0;
  const see = (owner: HtmlParent, leaf: string, text: string): void => {
    const found = marksIn(text);
    if (found === 0) return;
    marks += found;
    places.push({ owner, leaf, text });
  };
  const pending: HtmlParent[] = [document];
  for (let parent = pending.pop(); parent !== undefined; parent = pending.pop()) {
    if (isElement(parent))
      for (const { name, prefix, value } of parent.attrs) {
        const before = marks;
        see(parent, `@${prefix === undefined || prefix === '' ? name : `${prefix}:${name}`}`, value);
        if (marks > before && STRUCTURAL.has(name)) return undefined;
      }
    const children = childrenOf(parent);
    for (const child of children)
      if ('value' in child) see(parent, 'text', child.value);
      else if ('data' in child) see(parent, 'comment', child.data);
    for (let i = children.length - 1; i >= 0; i -= 1) {
      const child = children[i];
      if (child !== undefined && isElement(child)) pending.push(child);
    }
  }
  if (marks !== merged.words.length) return undefined;
  const names = new ElementNames(document);
  for (const { owner, leaf } of places)
    if (isElement(owner) && (leaf === '@id' || leaf === '@name')) names.forgetIdentity(owner);
  const leaves = new LeafComparison(names, options);
  for (const { owner, leaf, text } of places) {
    if (leaves.isFull) break;
    yield* compareWords(leaves, owner, leaf, unmerge(text, merged, 0), unmerge(text, merged, 1));
  }
  return leaves;
}

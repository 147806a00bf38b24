import type { ValueOptions } from '../compare-values';
import { difference, type Difference } from '../exchange';
import type { Steps } from '../steps';
import { compareTrees } from './compare-documents';
import { LeafComparison } from './compare-words';
import { ElementNames } from './element-names';
import { parseDocument } from './parse-document';
import { findSpelling } from './spelling';

/** Compares two pages as documents (WHATWG HTML); undefined when one is too large or deep. What no browser shows is `body spelling` or `whitespace`. */
export function* compareHtmlSteps(
  control: string,
  candidate: string,
  options: ValueOptions = {},
): Steps<Difference[] | undefined> {
  const a = yield* parseDocument(control);
  yield;
  const b = yield* parseDocument(candidate);
  if (a === undefined || b === undefined) return undefined;
  yield;
  const leaves = new LeafComparison(() => new ElementNames(a), options);
  const isSame = yield* compareTrees(a, b, leaves);
  yield;
  const at = isSame && !leaves.isFull ? yield* findSpelling(control, candidate, leaves.explained, leaves) : undefined;
  if (at === undefined) return leaves.differences;
  const [i, j] = at;
  const near = (text: string, position: number): string => text.slice(Math.max(0, position - 40), position + 80);
  return [...leaves.differences, difference('body spelling', 'value', near(control, i), near(candidate, j))];
}

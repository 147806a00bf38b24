import { compareValueSteps, type ValueOptions } from '../compare-values';
import { difference, type Difference } from '../exchange';
import type { Steps } from '../steps';
import type { ElementNames } from './element-names';
import { isElement, type HtmlParent } from './parse-document';
import type { ValuePair } from './spelling';

/** Differences of a page that are reported. */
const MAX_REPORTED = 100;
const MAX_EXPLAINED = 2_000;

/** Collects what differs between the texts and attributes of two pages. */
export class LeafComparison {
  readonly differences: Difference[] = [];
  /** What differs, forgiven or not, as far as it explains why the texts of the pages do. */
  readonly explained: ValuePair[] = [];
  /** White space between tags differs. */
  isSpaced = false;

  private known: ElementNames | undefined;

  constructor(
    private readonly nameElements: () => ElementNames,
    readonly options: ValueOptions,
  ) {}

  /** Of the control's elements; found once something differs. */
  get names(): ElementNames {
    return (this.known ??= this.nameElements());
  }

  get isFull(): boolean {
    return this.differences.length >= MAX_REPORTED;
  }

  report(path: string, control: string | undefined, candidate: string | undefined): void {
    if (this.isFull) return;
    const kind = control === undefined ? 'unexpected' : candidate === undefined ? 'missing' : 'value';
    const [a, b] = kind === 'value' ? around(control ?? '', candidate ?? '') : [control, candidate];
    this.differences.push(difference(path, kind, a, b));
  }

  explain(control: string, candidate: string): void {
    if (control !== candidate && this.explained.length < MAX_EXPLAINED) this.explained.push([control, candidate]);
  }
}

/** Compares two texts of one place (`leaf`: `text`, `comment`, `@href`): as JSON where both are, else with ids, times and tokens made up. */
export function* compareWords(
  leaves: LeafComparison,
  owner: HtmlParent,
  leaf: string,
  control: string,
  candidate: string,
): Steps<void> {
  leaves.explain(control, candidate);
  const { options } = leaves;
  const isScript = isElement(owner) && owner.tagName === 'script' && leaf === 'text';
  const [a, b] = isScript || leaf.startsWith('@') ? [inlineJson(control), inlineJson(candidate)] : [];
  const isJson = a !== undefined && a.name === b?.name;
  if (!isJson && options.unifier?.isSameText(control, candidate) === true) return;
  const path = `${leaves.names.pathOf(owner)} ${leaf}`;
  if (isJson) {
    const place = isScript ? leaves.names.pathOf(owner) : path;
    const differences = yield* compareValueSteps(`${place} $`, a.value, b.value, options);
    for (const found of differences) if (!leaves.isFull) leaves.differences.push(found);
    // The same values in another order of keys say the same; in other white space or with other escapes a script may see it.
    if (differences.length === 0 && JSON.stringify(a.value) === JSON.stringify(b.value))
      leaves.report(path, control, candidate);
    return;
  }
  if (options.isSameMasked?.(path, control, candidate) === true) return;
  const collapsed = (text: string): string => text.replaceAll(/[ \t\n\f\r]+/g, ' ');
  const keepsSpace =
    leaf !== 'text' ||
    (isElement(owner) && /^(?:pre|textarea|script|style|listing|plaintext|xmp)$/.test(owner.tagName));
  if (!keepsSpace && collapsed(control) === collapsed(candidate))
    leaves.report(`${leaves.names.pathOf(owner)} whitespace`, control, candidate);
  else leaves.report(path, control, candidate);
}

const ASSIGNMENT = /^\s*(?:(?:var|let|const)\s+)?([\w$.]{1,80})\s*=\s*(?=[[{])/;
const MAX_JSON = 1_000_000;

/** JSON that is the whole text, or assigned to a variable (`window.state = {...};`). */
export function inlineJson(text: string): { readonly name: string; readonly value: unknown } | undefined {
  if (text.length > MAX_JSON) return undefined;
  const assigned = ASSIGNMENT.exec(text);
  const json = text
    .slice(assigned?.[0].length ?? 0)
    .trim()
    .replace(/;$/, '');
  if (!/^[[{]/.test(json)) return undefined;
  try {
    return { name: assigned?.[1] ?? '', value: JSON.parse(json) };
  } catch {
    return undefined;
  }
}

/** Of long texts, what stands near the first differing letter. */
function around(control: string, candidate: string): readonly [string, string] {
  if (control.length <= 160 && candidate.length <= 160) return [control, candidate];
  let at = 0;
  while (at < control.length && control[at] === candidate[at]) at += 1;
  const from = Math.max(0, at - 40);
  return [control.slice(from, from + 160), candidate.slice(from, from + 160)];
}

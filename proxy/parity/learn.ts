import { isSeq, parseDocument } from 'yaml';
import type { Difference } from '../../shared/parity/exchange';
import { isHtmlPath } from '../../shared/parity/html/html-path';
import { generalPath, proposeRule, type ProposedRule } from '../../shared/parity/propose-rule';
import type { ParityRun } from '../../shared/parity/result';

/** Something in which legacy differs from itself, and the rule that would cover it. */
export interface Noise extends ProposedRule {
  readonly route: string;
  readonly cases: number;
}

/** Noise that no rule may cover, since the same type is still demanded. */
export interface Unlearnable {
  readonly route: string;
  readonly path: string;
  readonly why: string;
}

/** What a run of legacy against legacy says: values and orders that differ by themselves. */
export function findNoise(run: ParityRun): {
  readonly noise: readonly Noise[];
  readonly unlearnable: readonly Unlearnable[];
} {
  const noise: Noise[] = [];
  const unlearnable: Unlearnable[] = [];
  for (const { route, cases } of run.routes) {
    const places = new Map<
      string,
      { readonly differences: Difference[]; readonly cases: Set<object>; isList: boolean }
    >();
    for (const one of cases) {
      const lists = shuffledLists(one.differences);
      for (const difference of one.differences) {
        const list = lists.find((path) => difference.path.startsWith(`${path}[`));
        const path = generalPath(list ?? difference.path);
        const place = places.get(path) ?? { differences: [], cases: new Set(), isList: list !== undefined };
        places.set(path, place);
        place.cases.add(one);
        place.differences.push(difference);
      }
    }
    for (const [path, place] of places) {
      const rule: ProposedRule | string = place.isList
        ? { path, kind: 'unordered' }
        : proposeRule(onlyPlace(path, place.differences), place.differences);
      if (typeof rule === 'string') unlearnable.push({ route, path, why: rule });
      else noise.push({ route, ...rule, cases: place.cases.size });
    }
  }
  return { noise, unlearnable };
}

/** Of a page the one place that differs; of a list any, since its elements change places. */
function onlyPlace(path: string, differences: readonly Difference[]): string {
  const [first, ...others] = [...new Set(differences.map((difference) => difference.path))];
  return first !== undefined && others.length === 0 && isHtmlPath(first) ? first : path;
}

/** Lists of which the same simple elements came in another order. */
function shuffledLists(differences: readonly Difference[]): readonly string[] {
  const elements = new Map<string, { control: string[]; candidate: string[] }>();
  for (const { path, kind, control, candidate } of differences) {
    const list = /^(.*)\[\d+\]$/.exec(path)?.[1];
    if (list === undefined || kind !== 'value' || control === undefined || candidate === undefined) continue;
    const known = elements.get(list) ?? { control: [], candidate: [] };
    elements.set(list, { control: [...known.control, control], candidate: [...known.candidate, candidate] });
  }
  return [...elements]
    .filter(
      ([, { control, candidate }]) => control.length > 1 && control.sort().join('\0') === candidate.sort().join('\0'),
    )
    .map(([list]) => list);
}

/** Adds a rule for each noise, keeping comments. The reason stays empty: a rule counts once a person has given one. `expires`: `YYYY-MM-DD`. */
export function proposeRules(text: string, noise: readonly Noise[], expires: string): string {
  const document = parseDocument(text.trim() === '' ? 'rules: []\n' : text);
  let rules = document.get('rules');
  if (!isSeq(rules)) {
    document.set('rules', document.createNode([]));
    rules = document.get('rules');
  }
  if (!isSeq(rules)) return text;
  rules.flow = false;
  for (const { route, path, kind, pattern, cases } of noise) {
    const masked = pattern === undefined ? {} : { pattern };
    const rule = document.createNode({ route, path, kind, ...masked, reason: '', owner: '', expires });
    rule.commentBefore = ` learned: legacy differs from itself here (${cases} ${cases === 1 ? 'case' : 'cases'}). State why no client is affected, and who owns it`;
    rules.add(rule);
  }
  return document.toString({ lineWidth: 140 });
}

/** Which lines a change adds, as a person reviews it. */
export function addedLines(before: string, after: string): string {
  const known = new Map<string, number>();
  for (const line of before.split('\n')) known.set(line, (known.get(line) ?? 0) + 1);
  return after
    .split('\n')
    .flatMap((line) => {
      const left = known.get(line) ?? 0;
      if (left > 0) known.set(line, left - 1);
      return left > 0 ? [] : [`+${line}`];
    })
    .join('\n');
}

import { isSeq, parseDocument } from 'yaml';
import type { Difference } from '../../shared/parity/exchange';
import type { ParityRun } from '../../shared/parity/result';

/** Something in which legacy differs from itself. */
export interface Noise {
  readonly route: string;
  /** With `[*]` for every index. */
  readonly path: string;
  readonly kind: 'ignore' | 'unordered';
  /** Cases in which it differed. */
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
  const noise = new Map<string, Noise>();
  const unlearnable = new Map<string, Unlearnable>();
  for (const { route, cases } of run.routes)
    for (const { differences } of cases) {
      const seen = new Set<string>();
      const lists = shuffledLists(differences);
      for (const difference of differences) {
        const list = lists.find((path) => difference.path.startsWith(`${path}[`));
        const path = general(list ?? difference.path);
        const key = `${route} ${path}`;
        if (list === undefined && difference.kind !== 'value')
          unlearnable.set(key, {
            route,
            path,
            why: `${difference.kind}: ${difference.controlType} and ${difference.candidateType}`,
          });
        else if (!seen.has(key)) {
          const kind = list === undefined ? 'ignore' : 'unordered';
          noise.set(key, { route, path, kind, cases: (noise.get(key)?.cases ?? 0) + 1 });
        }
        seen.add(key);
      }
    }
  return { noise: [...noise.values()], unlearnable: [...unlearnable.values()] };
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

function general(path: string): string {
  return path.replaceAll(/\[\d+\]/g, '[*]').replace(/^body (?=\$)/, '');
}

/**
 * Adds a rule for each noise to the text of a rules file, keeping its comments. The reason is left empty: a rule counts once a
 * person has said why the difference does not matter.
 *
 * @param expires `YYYY-MM-DD`
 */
export function proposeRules(text: string, noise: readonly Noise[], expires: string): string {
  const document = parseDocument(text.trim() === '' ? 'rules: []\n' : text);
  let rules = document.get('rules');
  if (!isSeq(rules)) {
    document.set('rules', document.createNode([]));
    rules = document.get('rules');
  }
  if (!isSeq(rules)) return text;
  rules.flow = false;
  for (const { route, path, kind, cases } of noise) {
    const rule = document.createNode({ route, path, kind, reason: '', owner: '', expires });
    rule.commentBefore = ` learned: legacy differs from itself here (${cases} ${cases === 1 ? 'case' : 'cases'}). Say why no client minds, and who answers for it`;
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

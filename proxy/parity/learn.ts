import { isSeq, parseDocument } from 'yaml';
import type { Difference } from '../../shared/parity/exchange';
import { generalPath, hiddenBy, proposeRules, type ProposedRule } from '../../shared/parity/propose-rule';
import { placesOf, type Rule } from '../../shared/parity/rules';
import { isCalmer, listAt, listsOf, sortedMembers } from './learn-lists';
import { judgeObservations, type JudgeOptions, type Observation } from './observe';

/** Something in which legacy differs from itself, and a rule that would cover it. */
export interface Noise extends ProposedRule {
  readonly route: string;
  readonly cases: number;
}

/** Noise that no rule should cover, and why. */
export interface Unlearnable {
  readonly route: string;
  readonly path: string;
  readonly why: string;
}

/** Places of one kind that differ and are still named one by one; more of them are all. */
const FEW = 3;

interface Found {
  readonly differences: readonly Difference[];
  /** In full, by place. */
  readonly texts: ReadonlyMap<string, readonly [control: string, candidate: string]>;
}

interface Place {
  readonly differences: Difference[];
  /** By exact place of a case: the first answer's value, then those that differ, in order. */
  readonly samples: Map<string, string[]>;
  readonly paths: Set<string>;
  readonly cases: Set<Observation>;
}

/** What answers of legacy to the same requests say about one route: numbers, tokens and orders that differ by themselves. */
export class RouteNoise {
  private readonly sets: Rule[] = [];
  /** By path of a set: members by which it has always been sorted alike. */
  private readonly sortedBy = new Map<string, readonly string[]>();
  private readonly places = new Map<string, Place>();

  constructor(
    private readonly route: string,
    private readonly rules: readonly Rule[],
  ) {}

  /** Takes in another answer to a request. `first` must be the same object each time. */
  async compare(first: Observation, again: Observation, options: JudgeOptions = {}): Promise<void> {
    const [a, b] = [first.response.statusCode, again.response.statusCode];
    if (a !== b) {
      this.place('status', first).differences.push(STATUS);
      return;
    }
    const judge = (sets: readonly Rule[]): Promise<Found> =>
      judgeWithTexts(first, again, { ...options, rules: [...this.rules, ...sets] });
    let found = await judge(this.sets);
    for (const list of listsOf(found.differences)) {
      const set: Rule = { route: this.route, path: list, kind: 'unordered', ...NO_REASON };
      const calmer = await judge([...this.sets, set]);
      if (!isCalmer(list, found.differences, calmer.differences)) continue;
      this.sets.push(set);
      this.place(list, first);
      found = calmer;
    }
    for (const { path } of this.sets) {
      const names = sortedMembers(listAt(path, first), listAt(path, again));
      const known = this.sortedBy.get(path);
      if (names !== undefined) this.sortedBy.set(path, known?.filter((name) => names.includes(name)) ?? names);
    }
    const { differences, texts } = found;
    for (const difference of differences) {
      const [control, candidate] = texts.get(difference.path) ?? [difference.control ?? '', difference.candidate ?? ''];
      const place = this.place(generalOf(difference.path), first);
      place.differences.push(difference);
      place.paths.add(difference.path);
      const key = `${difference.path}\n${[...place.cases].indexOf(first)}`;
      const known = place.samples.get(key);
      if (known === undefined) place.samples.set(key, [control, candidate]);
      else known.push(candidate);
    }
  }

  /** Rules as narrow as the noise, and the noise that none should cover. */
  result(): { readonly noise: readonly Noise[]; readonly unlearnable: readonly Unlearnable[] } {
    const { route } = this;
    const noise: Noise[] = [];
    const unlearnable: Unlearnable[] = [];
    for (const [path, place] of this.places) {
      const cases = place.cases.size;
      const [by] = this.sortedBy.get(path) ?? [];
      if (this.sets.some((set) => set.path === path))
        noise.push({ route, path, kind: 'unordered', ...(by !== undefined && { by }), cases });
      if (place.differences.length === 0) continue;
      const [at = path, ...others] = this.isEverywhere(path, place) ? [path] : [...place.paths].map(shortPath);
      const rules = proposeRules(at, place.differences, [...place.samples.values()]);
      if (typeof rules === 'string') unlearnable.push({ route, path, why: rules });
      else
        for (const rule of rules)
          noise.push(...[rule.path, ...others].map((where) => ({ route, ...rule, path: where, cases })));
    }
    // Where elements differ in words, there are others each time, and what else differs in them belongs to these.
    const others = unlearnable.flatMap(({ path }) => /^(.*\[\*\])/.exec(path)?.slice(1) ?? []);
    const isOther = ({ path }: Noise): boolean =>
      others.some((element) => `${generalPath(path)}[*]`.startsWith(element));
    return { noise: noise.filter((one) => !isOther(one)), unlearnable };
  }

  private place(path: string, first: Observation): Place {
    const known = this.places.get(path);
    const place: Place = known ?? { differences: [], samples: new Map(), paths: new Set(), cases: new Set() };
    this.places.set(path, place);
    place.cases.add(first);
    return place;
  }

  /** Whether a rule must be about all places like it: they all differ, or they change places. */
  private isEverywhere(path: string, { paths, cases }: Place): boolean {
    if (paths.size > FEW || this.sets.some((set) => path.startsWith(`${set.path}[`))) return true;
    const alike = [...cases].slice(0, FEW).map(({ response }) => {
      let count = 0;
      for (const at of placesOf(response)) if (generalOf(at) === path) count += 1;
      return count;
    });
    const most = Math.max(0, ...alike);
    return most === 0 ? paths.size > 1 && path !== LINES : paths.size >= most;
  }
}

async function judgeWithTexts(first: Observation, again: Observation, options: JudgeOptions): Promise<Found> {
  const texts = new Map<string, readonly [string, string]>();
  const onTexts = (path: string, ...pair: [string, string]): void => void texts.set(path, pair);
  const { differences } = await judgeObservations(first, again, { ...options, onTexts });
  return { differences, texts };
}

const NO_REASON = { reason: '', owner: '', expires: '', place: '' };

const STATUS: Difference = {
  ...{ path: 'status', kind: 'value', controlType: 'number', candidateType: 'number' },
  ...{ control: undefined, candidate: undefined },
};

const LINES = 'body line *';

const generalOf = (path: string): string => generalPath(path).replace(/^body line \d+$/, LINES);

const shortPath = (path: string): string => path.replace(/^body (?=\$)/, '');

/** Adds a rule for each noise, keeping comments. The reason stays empty: a rule counts once a person has given one. `expires`: `YYYY-MM-DD`. */
export function addRules(text: string, noise: readonly Noise[], expires: string): string {
  const document = parseDocument(text.trim() === '' ? 'rules: []\n' : text);
  let rules = document.get('rules');
  if (!isSeq(rules)) {
    document.set('rules', document.createNode([]));
    rules = document.get('rules');
  }
  if (!isSeq(rules)) return text;
  rules.flow = false;
  for (const { route, cases, ...proposed } of noise) {
    const rule = document.createNode({ route, ...proposed, reason: '', owner: '', expires });
    rule.commentBefore = ` learned: legacy differs from itself here (${cases} ${cases === 1 ? 'case' : 'cases'}). State why no client is affected, and who owns it.\n would hide: ${hiddenBy(proposed)}`;
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

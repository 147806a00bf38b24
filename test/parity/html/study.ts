import { compareExchange } from '../../../shared/parity/compare';
import { describeDifference, type ObservedResponse } from '../../../shared/parity/exchange';
import type { Rule } from '../../../shared/parity/rules';
import { weakETag } from '../../../shared/weak-etag';
import { learnedRules } from '../learned-rules';
import { HTML_FAULTS } from './faults';
import { renderPage, VIEWER, type PageOptions } from './pages';
import { seededRandom } from './random';

export interface HtmlStudy {
  /** The rules that legacy against legacy led to. */
  readonly rules: readonly Rule[];
  readonly faults: readonly {
    readonly name: string;
    readonly pages: number;
    readonly caught: number;
    readonly sign: string;
  }[];
  readonly pairs: number;
  readonly falseAlarms: readonly string[];
}

const PAGES_PER_FAULT = 5;
const LEARNED_FROM = 20;
const AGAIN = [1, 2, 3, 4];

function answer(page: string): ObservedResponse {
  const body = Buffer.from(page);
  return {
    statusCode: 200,
    headers: [
      ['Content-Type', 'text/html; charset=utf-8'],
      ['Content-Length', String(body.length)],
      ['ETag', weakETag(body)],
    ],
    body,
  };
}

function optionsOf(seed: number): PageOptions {
  return { viewer: VIEWER, content: 1 + (seed % 40), random: seededRandom(seed * 2 + 1) };
}

/** As `banyan parity learn` does: legacy against legacy, and rules for each place that differs. */
export async function learnRules(seed: number): Promise<readonly Rule[]> {
  const requests = Array.from({ length: LEARNED_FROM }, (_, i) => {
    const content = optionsOf(seed + i);
    return [content, ...AGAIN.map((k) => ({ ...content, random: seededRandom(seed + k * 7_000_000 + i) }))].map(
      (options) => answer(renderPage(options)),
    );
  });
  const { rules, unlearnable } = await learnedRules(requests);
  if (unlearnable.length > 0) throw new Error(JSON.stringify(unlearnable));
  return rules;
}

function differencesOf(control: string, candidate: string, rules: readonly Rule[]) {
  return compareExchange(answer(control), answer(candidate), { rules }).differences;
}

/**
 * Seeds faults into pages with random values, and compares pages without a fault.
 *
 * @param pairs how many without
 */
export async function studyHtml({
  pairs,
  seed,
}: {
  readonly pairs: number;
  readonly seed: number;
}): Promise<HtmlStudy> {
  const rules = await learnRules(seed);
  const faults = HTML_FAULTS.map(({ name, apply }, f) => {
    let [caught, sign] = [0, ''];
    for (let p = 0; p < PAGES_PER_FAULT; p += 1) {
      const options = optionsOf(seed + f * 100 + p);
      const control = renderPage(options);
      const again = (): (() => number) => seededRandom(seed + 1_000_000 + f * 100 + p);
      const candidate = apply(renderPage({ ...options, random: again() }), options, again);
      const [first] = differencesOf(control, candidate, rules);
      if (first === undefined) continue;
      caught += 1;
      sign ||= describeDifference(first);
    }
    return { name, pages: PAGES_PER_FAULT, caught, sign };
  });
  const falseAlarms: string[] = [];
  for (let p = 0; p < pairs; p += 1) {
    const options = optionsOf(seed + 50_000 + p);
    const candidate = renderPage({ ...options, random: seededRandom(seed + 2_000_000 + p) });
    const found = differencesOf(renderPage(options), candidate, rules);
    if (found.length > 0) falseAlarms.push(found.map(describeDifference).join('; '));
  }
  return { rules, faults, pairs, falseAlarms };
}

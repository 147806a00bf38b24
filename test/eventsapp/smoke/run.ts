import { setTimeout as sleep } from 'node:timers/promises';
import { CHECKS, Fault, type Get, type SmokeCheck, type SmokeTarget } from './checks';
import { readOnly } from './read-only';

/** What a check has found. */
export interface SmokeResult {
  readonly name: string;
  readonly state: 'ok' | 'wrong' | 'not tried';
  /** What to look at; of `wrong` only. */
  readonly dependency?: string;
  readonly why?: string;
  readonly ms: number;
}

interface SmokeOptions {
  readonly send?: typeof fetch;
  /** How long answers that may pass by themselves are asked for again, in ms. */
  readonly patience?: number;
  /** How long all checks together may take, in ms. */
  readonly limit?: number;
  readonly checks?: readonly SmokeCheck[];
}

/** A fresh deployment warms meanwhile. */
const PATIENCE = 40_000;
/** A minute, with what it takes to start. */
const LIMIT = 55_000;
/** For one answer. */
const TIMEOUT = 10_000;
const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 5_000;

/** Runs the checks, each as soon as those it needs are through. Changes nothing; never rejects. */
export async function runSmoke(
  target: SmokeTarget,
  { send = fetch, patience = PATIENCE, limit = LIMIT, checks = CHECKS }: SmokeOptions = {},
): Promise<readonly SmokeResult[]> {
  const begun = performance.now();
  const get = patientGet(readOnly(send), { until: begun + patience, end: begun + limit });
  const results = new Map<string, Promise<SmokeResult>>();
  for (const check of checks) results.set(check.name, run(check));
  return Promise.all(results.values());

  async function run({ name, needs, skip, run: work }: SmokeCheck): Promise<SmokeResult> {
    const skipped = skip?.(target);
    if (skipped !== undefined) return { name, state: 'not tried', why: skipped, ms: 0 };
    const before = await Promise.all(needs.flatMap((need) => results.get(need) ?? []));
    const missing = before.find((result) => result.state !== 'ok');
    if (missing !== undefined) return { name, state: 'not tried', why: `needs: ${missing.name}`, ms: 0 };
    const began = performance.now();
    const after = () => Math.round(performance.now() - began);
    try {
      await work(target, get);
      return { name, state: 'ok', ms: after() };
    } catch (error) {
      const dependency = error instanceof Fault ? error.dependency : name;
      return { name, state: 'wrong', dependency, why: reasonOf(error), ms: after() };
    }
  }
}

/** Asks again what may pass by itself, such as a function that starts: no answer, 429, and 500 and more. The last answer is the answer; after `end` there is none. */
function patientGet(send: typeof fetch, { until, end }: { readonly until: number; readonly end: number }): Get {
  return async (url, headers = {}) => {
    for (let pause = FIRST_PAUSE; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
      const isLast = performance.now() + pause > until;
      const left = Math.ceil((isLast ? end : until) - performance.now());
      const timeout = Math.max(0, Math.min(TIMEOUT, left));
      try {
        const answer = await send(url, { headers, signal: AbortSignal.timeout(timeout) });
        if (isLast || (answer.status < 500 && answer.status !== 429)) return answer;
        await answer.body?.cancel();
      } catch (error) {
        if (isLast) throw error;
      }
      await sleep(pause);
    }
  };
}

/** `fetch failed` says nothing; its cause does. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}

/** A line a check, and the verdict. */
export function describeSmoke(results: readonly SmokeResult[]): string {
  const width = Math.max(...results.map(({ name }) => name.length));
  const lines = results.map(({ name, state, dependency, why, ms }) => {
    const found = state === 'ok' ? `${ms} ms` : [dependency, why].filter(Boolean).join(': ');
    return `${state.padEnd(9)}  ${name.padEnd(width)}  ${found}`;
  });
  const count = (state: SmokeResult['state']) => results.filter((result) => result.state === state).length;
  const wrong = results.flatMap(({ dependency }) => dependency ?? []);
  const verdict = wrong.length === 0 ? '' : `; look at: ${[...new Set(wrong)].join('; ')}`;
  return `${lines.join('\n')}\n\n${count('ok')} ok, ${count('wrong')} wrong, ${count('not tried')} not tried${verdict}\n`;
}

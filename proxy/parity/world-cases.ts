import { expectedStatus, isSafe, type CaseSuite, type ParityCase } from '../../shared/parity/case';
import { Uses } from './generate/least-used';
import { seededRandom } from './generate/random';
import type { PlannedCase } from './run';
import { worldIdentity, type Asker, type World } from './world';

/** For each route. */
export const PAIRS_EACH = 12;

export interface WorldBudget {
  readonly seed: number;
  /** So many for each route. */
  readonly pairs: number;
}

/**
 * For each route one request that a user may send: with every credential alone, and with pairs of them, the least used first; and one with
 * a broken body, where the route takes one, with every credential alone.
 */
export function worldCases(
  suites: readonly CaseSuite[],
  world: World,
  { seed, pairs }: WorldBudget = { seed: 1, pairs: PAIRS_EACH },
): readonly PlannedCase[] {
  const random = seededRandom(seed);
  const uses = new Uses();
  return suites.flatMap(({ route, cases }) => {
    const found = requestOf(cases, [...world.keys()]);
    if (found === undefined) return [];
    const { name, request } = found;
    const all = [...(world.get(name) ?? [])];
    const alone = all.filter(([, { pair }]) => pair === undefined);
    // What stands in front of good credentials says more than what stands in front of others that are refused as well.
    const list = (['plain', 'odd'] as const).flatMap((wanted) =>
      random.shuffle(all.filter(([, { pair }]) => pair === wanted)),
    );
    const chosen = Array.from({ length: Math.min(pairs, list.length) }).flatMap(() => {
      // Whoever logs in, the same two credentials.
      const keysOf = ([what]: readonly [string, Asker]): [string, string] => [
        what,
        `${route} ${what.split(' next to ')[0] ?? ''}`,
      ];
      const one = uses.takeLeast(list, keysOf);
      if (one === undefined) return [];
      uses.count(keysOf(one));
      return [one];
    });
    const takesBody = !isSafe(request.method ?? 'GET') && request.method !== 'DELETE';
    const malformed = {
      ...request,
      headers: { ...request.headers, 'Content-Type': 'application/json' },
      body: '{"',
    };
    const ask = (what: string, asked: ParityCase['request'], askers: readonly (readonly [string, Asker])[]) =>
      askers.map(([who, { query }]): PlannedCase => ({
        source: 'generated',
        route,
        identity: worldIdentity(name, who),
        parityCase: {
          name: what,
          request:
            query === undefined
              ? asked
              : { ...asked, path: `${asked.path}${asked.path.includes('?') ? '&' : '?'}${query}` },
        },
      }));
    return [
      ...ask('credentials', request, [...alone, ...chosen]),
      ...(takesBody ? ask('credentials and a malformed body', malformed, alone) : []),
    ];
  });
}

/** A route's first request that one who logs in may send; else that anyone may. */
function requestOf(
  cases: readonly ParityCase[],
  names: readonly string[],
): { readonly name: string; readonly request: ParityCase['request'] } | undefined {
  const plain = cases.filter(isPlain);
  for (const parityCase of plain)
    for (const name of names)
      if (isSuccess(expectedStatus(parityCase, name))) return { name, request: parityCase.request };
  const [name] = names;
  const [other] = plain.filter(({ status }) =>
    typeof status === 'object' ? Object.values(status).some(isSuccess) : status === undefined,
  );
  return name === undefined || other === undefined ? undefined : { name, request: other.request };
}

const isPlain = ({ raw, onlyThroughProxy, revalidates, cookies }: ParityCase): boolean =>
  [raw, onlyThroughProxy, revalidates, cookies].every((one) => one === undefined);

const isSuccess = (status: number | undefined): boolean => status !== undefined && status < 300;

import { seededRandom } from '../parity/html/random';
import { simulate, type Promotion, type World } from './simulate';

/** How many runs of a world end in a promotion, and when those do. */
interface Outcome {
  readonly name: string;
  readonly runs: number;
  readonly promotions: readonly Promotion[];
}

const ORDINARY: World = { clients: 5_000, share: 0, often: 1, isReproduced: false, tenant: 25, perDay: 2, days: 28 };
/** Until then nearly everyone of a large route has been seen; later nothing changes. */
const LARGE_DAYS = 3;

/** What must not be promoted more often than in 2.5 % of all cases: the limit is 1 % of the clients. */
export const FALSE_PROMOTIONS: Readonly<Record<string, World>> = {
  'exactly 1 % of 5,000 clients': { ...ORDINARY, share: 0.01, days: LARGE_DAYS },
  'the same, and they see it in half of their requests': { ...ORDINARY, share: 0.01, often: 0.5, days: LARGE_DAYS },
  '1.2 % of 5,000 clients': { ...ORDINARY, share: 0.012, days: LARGE_DAYS },
  '1 % of 5,000 clients that come alone': { ...ORDINARY, share: 0.01, tenant: 1, days: LARGE_DAYS },
  '2 of 200 clients': { ...ORDINARY, clients: 200, share: 0.01 },
  '1 of 50 clients': { ...ORDINARY, clients: 50, share: 0.02 },
};

/** What must never be. */
export const NEVER: Readonly<Record<string, World>> = {
  'another tenant’s data in 5 % of all answers, 5,000 clients': {
    ...ORDINARY,
    share: 1,
    often: 0.05,
    days: LARGE_DAYS,
  },
  'the same, 50 clients': { ...ORDINARY, clients: 50, share: 1, often: 0.05 },
  'tenants with 5 % of 5,000 clients, in a fifth of their requests': {
    ...ORDINARY,
    ...{ share: 0.05, often: 0.2, days: LARGE_DAYS },
  },
  'one anonymous client, 500 requests a day': { ...ORDINARY, clients: 1, kind: 'anonymous', perDay: 500 },
  '385 anonymous clients that are refused': { ...ORDINARY, clients: 385, kind: 'anonymous', status: '4xx' },
};

/** What is found by the requests of those alone whom it concerns: shown, not judged. */
export const RARE: Readonly<Record<string, World>> = {
  '2 of 200 clients, in a tenth of their requests': { ...ORDINARY, clients: 200, share: 0.01, often: 0.1 },
  '1 of 50 clients, in a tenth of its requests': { ...ORDINARY, clients: 50, share: 0.02, often: 0.1 },
  '1 of 50 clients, in half of its requests': { ...ORDINARY, clients: 50, share: 0.02, often: 0.5 },
};

/** How soon a route is promoted. */
export const POWER: Readonly<Record<string, World>> = Object.fromEntries(
  [50, 200, 5_000].flatMap((clients) =>
    [0, 0.001, 0.01].flatMap((share) =>
      (share === 0 ? [false] : [true, false]).map((isReproduced): [string, World] => [
        [clients.toLocaleString('en'), `${share * 100} %`, share === 0 ? '' : isReproduced ? 'yes' : 'no'].join(' | '),
        { ...ORDINARY, clients, share, isReproduced, ...(clients > 1_000 && { days: LARGE_DAYS }) },
      ]),
    ),
  ),
);

/** Runs a world several times, each by a seed of its own; a small one, which is quick, four times as often. */
export function study(name: string, world: World, times: number): Outcome {
  const runs = world.clients > 1_000 ? times : times * 4;
  const promotions = Array.from({ length: runs }, (_, run) => simulate(world, seededRandom(7_919 * (run + 1))));
  return { name, runs, promotions: promotions.filter((found) => found !== undefined) };
}

/** A row of the README's tables: name, share of promotions, and for those the median of requests and days. */
export function toRow({ name, runs, promotions }: Outcome, { isPower }: { readonly isPower: boolean }): string {
  const share = `${Number(((100 * promotions.length) / runs).toFixed(1))} %`;
  const median = (of: keyof Promotion): number | undefined =>
    promotions.map((promotion) => promotion[of]).sort((a, b) => a - b)[Math.floor(promotions.length / 2)];
  const [requests, days] = [median('requests'), median('days')];
  const when =
    requests === undefined || days === undefined
      ? ['', '']
      : [Number(requests.toPrecision(2)).toLocaleString('en'), days.toFixed(1)];
  return `| ${[name, share, ...(isPower ? when : [])].join(' | ')} |`;
}

import { judgeClients, type ClientDocument } from '../../proxy/ledger/client-evidence';
import { clientObstacles } from '../../proxy/ledger/client-rules';
import { SEEN_WELL, type ClientMismatch } from '../../proxy/ledger/clients';
import { DEFAULT_RULES } from '../../proxy/ledger/promotion-rules';

/** A route with its clients, and what Lambda does to them. */
export interface World {
  readonly clients: number;
  readonly kind?: 'user' | 'anonymous';
  /** Of legacy's answers. */
  readonly status?: '2xx' | '4xx';
  /** Share of the clients who would see a mismatch. */
  readonly share: number;
  /** In what share of their requests they see it. */
  readonly often: number;
  /** Lambda repeats it: the least that a difference in a value does. */
  readonly isReproduced: boolean;
  /** Clients come in tenants of about so many, who see the same. */
  readonly tenant: number;
  /** Requests of a client in a day, on average; the spread is log-normal, so a few ask most. */
  readonly perDay: number;
  readonly days: number;
}

/** When the route could be promoted first, by whoever asks every hour, later every four. */
export interface Promotion {
  readonly requests: number;
  readonly days: number;
}

const VERSIONS = { legacy: '1', lambda: '1' };
const START = Date.UTC(2026, 0, 5);
const HOUR = 3_600_000;
/** Of a day's requests: ten times as many in an hour of the day as in one of the night. */
const HOURLY = { day: 10 / 132, night: 1 / 132 };
const ROUTE = { shadow: { sample: 1, maxBodyBytes: 1 } };
const NOTHING = {
  ...{ routeId: 'route', versions: VERSIONS, replayed: 0, mismatches: [], answers: [], suite: undefined },
  coverage: { statuses: [], identities: [], queryForms: [] },
  ...{ equalStatuses: [], otherVersions: [], unreadable: [], drops: [], noise: [] },
};

/** Lets a world go on day by day and asks the rules of `banyan promote` again and again; undefined when they never allow it. */
export function simulate(world: World, random: () => number): Promotion | undefined {
  const { clients, kind = 'user', status = '2xx', often, isReproduced, perDay, days } = world;
  const rates = Array.from({ length: clients }, () => perDay * Math.exp(normal(random) - 0.5));
  const isBad = badClients(world, random);
  const mismatch: ClientMismatch = {
    ...{ status, reproduced: isReproduced, more: false },
    places: [{ path: 'body $.owner', kind: 'value', repeated: isReproduced, despite: [] }],
  };
  const documents = new Map<number, { -readonly [Key in keyof ClientDocument]: ClientDocument[Key] }>();
  const day = rates.map((rate) => Math.exp(-rate * HOURLY.day));
  const night = rates.map((rate) => Math.exp(-rate * HOURLY.night));
  let [requests, different] = [0, 0];
  for (let hour = 0; hour < days * 24; hour += 1) {
    const at = new Date(START + hour * HOUR);
    for (const client of arrivals(hour % 24 >= 8 && hour % 24 < 20 ? day : night, random)) {
      requests += 1;
      const isDifferent = isBad[client] === true && random() < often;
      if (isDifferent) different += 1;
      let document = documents.get(client);
      if (document === undefined) {
        const of = { routeId: 'route', versions: VERSIONS, database: 'mongodb' } as const;
        document = {
          ...of,
          kind,
          client: String(client),
          firstAt: at,
          lastAt: at,
          ...{ compared: 0, lost: 0, clean: [], mismatches: [] },
        };
        documents.set(client, document);
      }
      document.lastAt = at;
      document.compared = Math.min(SEEN_WELL, document.compared + 1);
      if (isDifferent) document.mismatches = [mismatch];
      else document.clean = [status];
    }
    // Every hour of the first day, then every fourth.
    if (hour >= 24 && hour % 4 > 0) continue;
    const evidence = {
      ...NOTHING,
      clients: judgeClients([...documents.values()], [], { rules: [], now: new Date(at.getTime() + HOUR) }),
      comparisons: [{ source: 'shadow' as const, database: 'mongodb' as const, count: requests, different }],
    };
    if (clientObstacles(ROUTE, evidence, DEFAULT_RULES).length === 0) return { requests, days: (hour + 1) / 24 };
    // Until a rule or a build: nothing else changes it.
    if (evidence.clients.blocking.length > 0) return undefined;
  }
  return undefined;
}

/** Whole tenants see it, in all as many clients as the share says. */
function badClients({ clients, share, tenant }: World, random: () => number): boolean[] {
  const exact = share * clients;
  let wanted = Math.floor(exact) + (random() < exact % 1 ? 1 : 0);
  const bad = Array.from({ length: clients }, () => false);
  while (wanted > 0) {
    const first = Math.floor(random() * clients);
    for (let i = 0; i < tenant && wanted > 0; i += 1) {
      const client = (first + i) % clients;
      if (bad[client] === true) continue;
      bad[client] = true;
      wanted -= 1;
    }
  }
  return bad;
}

/** Who asks within an hour, and how often: numbers of Poisson's distribution, after Knuth. */
function arrivals(limits: readonly number[], random: () => number): number[] {
  const found: number[] = [];
  limits.forEach((limit, client) => {
    for (let product = random(); product > limit; product *= random()) found.push(client);
  });
  return found;
}

/** Box and Muller. */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** What the rounds gave for one row. */
export interface Throughput {
  readonly name: string;
  readonly requestsPerSecond: readonly number[];
  /** µs of CPU time of the subject's process, a request. */
  readonly cpu: readonly number[];
}

export const DIRECT = 'direct';
/** Node's own server, which answers the same and forwards nothing. */
export const FLOOR = 'plain node:http server (the floor)';
export const UNLISTED_ROW = 'banyan, unlisted route';
export const CONTROL = 'banyan, unlisted route (A/A control)';
export const LISTED_ROW = 'banyan, listed route';
export const THOUSAND = 'banyan, listed route of 1,000';
export const ON_LEGACY_ROW = 'banyan, listed route on legacy';
export const SHADOW = 'banyan, the same on shadow, Lambda takes 5 s';
export const FASTIFY = '@fastify/http-proxy';
export const MIDDLEWARE = 'http-proxy-middleware';

/** A row that has to reach so many times what a peer reaches. */
interface Requirement {
  readonly row: string;
  readonly peer: string;
  readonly factor: number;
}

const REQUIREMENTS: readonly Requirement[] = [UNLISTED_ROW, LISTED_ROW].flatMap((row) => [
  { row, peer: FASTIFY, factor: 1.6 },
  { row, peer: MIDDLEWARE, factor: 1.8 },
]);

/** Rows that must not be slower than others by more than the same thing differs from itself. */
const UNCHANGED: readonly (readonly [row: string, than: string])[] = [
  [THOUSAND, LISTED_ROW],
  [SHADOW, ON_LEGACY_ROW],
];

/** What kinds of route took in one process, by round: µs of CPU time a request. `control` is the unlisted route once more. */
export interface RoutingCost {
  readonly unlisted: readonly number[];
  readonly control: readonly number[];
  readonly listed: readonly number[];
  readonly canary: readonly number[];
}

/** What routing may cost: processor time against the route that is only forwarded. */
const ROUTING_COST: readonly (readonly [kind: keyof RoutingCost, atMost: number])[] = [
  ['listed', 1.05],
  ['canary', 1.15],
];

/** The middle value. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

const left = (text: string): string => text.padEnd(46);
const right = (text: string): string => text.padStart(12);

const columnOf = ({ name }: Throughput): string => (name === FLOOR ? 'floor' : name);

/** Prints throughput and ratios, and sets the exit code to 1 when a required ratio is not reached. */
export function printThroughput(
  rows: readonly Throughput[],
  { rounds, seconds, connections }: { rounds: number; seconds: number; connections: number },
): void {
  console.log(
    `node ${process.version}, ${process.platform} ${process.arch}; ${rounds} interleaved rounds of ${seconds} s, ${connections} connections, 230 bytes of JSON; medians\n`,
  );
  const peers = rows.filter(({ name }) => name === FLOOR || name === FASTIFY || name === MIDDLEWARE);
  console.log(
    [
      left('throughput'),
      ...['requests/s', 'worst', 'best', 'CPU µs/req'].map(right),
      ...peers.map((peer) => `  / ${columnOf(peer)}`),
    ].join(''),
  );
  for (const { name, requestsPerSecond, cpu } of rows) {
    const middle = median(requestsPerSecond);
    const cells = [middle, Math.min(...requestsPerSecond), Math.max(...requestsPerSecond)].map((n) =>
      right(n.toFixed(0)),
    );
    const ratios = peers.map((peer) =>
      (middle / median(peer.requestsPerSecond)).toFixed(2).padStart(columnOf(peer).length + 4),
    );
    console.log([left(name), ...cells, right(median(cpu).toFixed(1)), ...ratios].join(''));
  }
  const roundsOf = (name: string): readonly number[] => rows.find((row) => row.name === name)?.requestsPerSecond ?? [];
  const noise = ratios(roundsOf(CONTROL), roundsOf(UNLISTED_ROW));
  const spread = Math.max(...noise.map((ratio) => Math.abs(ratio - 1)));
  console.log(
    `\nA/A control, a second process of the same: ${median(noise).toFixed(2)}, by round ${Math.min(...noise).toFixed(2)} to ${Math.max(...noise).toFixed(2)}.`,
  );
  for (const [row, than] of UNCHANGED) {
    const ratio = median(ratios(roundsOf(row), roundsOf(than)));
    const verdict = verdictOf(ratio >= 1 - spread);
    console.log(
      `${row} / ${than}: ${ratio.toFixed(2)}, required within the control's spread of ${spread.toFixed(2)}: ${verdict}`,
    );
  }
  for (const { row, peer, factor } of REQUIREMENTS) {
    const ratio = median(roundsOf(row)) / median(roundsOf(peer));
    console.log(`${row} / ${peer}: ${ratio.toFixed(2)}, required ${factor}: ${verdictOf(ratio >= factor)}`);
  }
  console.log(
    '\nWhat this says: how much a proxy in Node adds to a request, compared with others in Node, when it is the bottleneck. What it does not:\n' +
      'how fast your system is (a request to MongoDB costs hundreds of times as much), nor that Node is the fastest place for a proxy:\n' +
      'nginx and HAProxy (rows of their own where they are installed) are faster, and know nothing of sessions, stages and comparisons. A\n' +
      'proxy does the work of a server and of a client for each request: about half of the floor is what Node gives. Client, upstream and subject\n' +
      'share the cores of one machine: compare ratios of one run, never figures of two. Users that are looked up cost what the embedded\n' +
      'MongoDB costs, which is the same JavaScript on the same cores.',
  );
}

/**
 * Prints what listed and canary routes cost against unlisted ones in the same process, and sets the exit code to 1 when the middle process
 * is above what they may.
 */
export function printRoutingCost(processes: readonly RoutingCost[]): void {
  const of = (kind: keyof RoutingCost): number[] => processes.map((cost) => median(ratios(cost[kind], cost.unlisted)));
  const list = (values: readonly number[]): string => values.map((value) => value.toFixed(2)).join(', ');
  console.log(
    `\nwhat routing costs: processor time a request against the unlisted route of the same process, ${processes.length} processes\n` +
      `unlisted: ${processes.map(({ unlisted }) => median(unlisted).toFixed(1)).join(', ')} µs; once more (A/A control): ${list(of('control'))}`,
  );
  for (const [kind, atMost] of ROUTING_COST) {
    const ratio = median(of(kind));
    console.log(
      `${kind}: ${list(of(kind))}; ${ratio.toFixed(2)}, required at most ${atMost}: ${verdictOf(ratio <= atMost)}`,
    );
  }
}

/** Says whether a requirement is met, and sets the exit code to 1 when it is not. */
function verdictOf(isMet: boolean): string {
  if (!isMet) process.exitCode = 1;
  return isMet ? 'met' : 'NOT MET';
}

/** Round by round: what the machine did meanwhile falls on both. */
function ratios(values: readonly number[], than: readonly number[]): number[] {
  return values.map((value, i) => value / (than[i] ?? Number.NaN));
}

/** Prints what each subject adds to the latency of `direct`, which is the first row. */
export function printAddedLatency(rows: readonly { name: string; p50: number; p99: number }[], rate: number): void {
  const [direct] = rows;
  if (direct === undefined) return;
  console.log(`\n${left(`latency added at ${rate} requests/s`)}${right('p50')}${right('p99')}`);
  for (const { name, p50, p99 } of rows) {
    const cells = name === direct.name ? [p50, p99] : [p50 - direct.p50, p99 - direct.p99];
    console.log(left(name) + cells.map((ms) => right(`${ms.toFixed(2)} ms`)).join(''));
  }
  console.log(
    'Open loop: a request counts from the moment at which it was due, so a stall is not hidden by waiting for it.',
  );
}

/** What the rounds gave for one row. */
export interface Throughput {
  readonly name: string;
  readonly requestsPerSecond: readonly number[];
  /** µs of CPU time of the subject's process, a request. */
  readonly cpu: readonly number[];
}

interface Requirement {
  readonly row: string;
  readonly peer: string;
  readonly factor: number;
}

const REQUIREMENTS: readonly Requirement[] = ['banyan, unlisted route', 'banyan, listed route'].flatMap((row) => [
  { row, peer: '@fastify/http-proxy', factor: 1.5 },
  { row, peer: 'http-proxy-middleware', factor: 1.8 },
]);

/** The middle value. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

const left = (text: string): string => text.padEnd(38);
const right = (text: string): string => text.padStart(12);

/** Prints throughput and ratios, and sets the exit code to 1 when a required ratio is not reached. */
export function printThroughput(
  rows: readonly Throughput[],
  { rounds, seconds, connections }: { rounds: number; seconds: number; connections: number },
): void {
  console.log(
    `node ${process.version}, ${process.platform} ${process.arch}; ${rounds} interleaved rounds of ${seconds} s, ${connections} connections, 230 bytes of JSON; medians\n`,
  );
  const peers = rows.filter(({ name }) => name.startsWith('@fastify') || name.startsWith('http-proxy'));
  console.log(
    [
      left('throughput'),
      ...['requests/s', 'worst', 'best', 'CPU µs/req'].map(right),
      ...peers.map(({ name }) => `  / ${name}`),
    ].join(''),
  );
  for (const { name, requestsPerSecond, cpu } of rows) {
    const middle = median(requestsPerSecond);
    const cells = [middle, Math.min(...requestsPerSecond), Math.max(...requestsPerSecond)].map((n) =>
      right(n.toFixed(0)),
    );
    const ratios = peers.map((peer) =>
      (middle / median(peer.requestsPerSecond)).toFixed(2).padStart(peer.name.length + 4),
    );
    console.log([left(name), ...cells, right(median(cpu).toFixed(1)), ...ratios].join(''));
  }
  const of = (name: string): number => median(rows.find((row) => row.name === name)?.requestsPerSecond ?? []);
  const noise = of('banyan, unlisted route (A/A control)') / of('banyan, unlisted route');
  const thousand = of('banyan, listed route of 1,000') / of('banyan, listed route');
  console.log(
    `\nA/A control: the same subject twice gives a ratio of ${noise.toFixed(2)}; differences within that are noise.`,
  );
  console.log(`1,000 routes against 10: ${thousand.toFixed(2)}`);
  for (const { row, peer, factor } of REQUIREMENTS) {
    const ratio = of(row) / of(peer);
    const isMet = ratio >= factor;
    console.log(`${row} against ${peer}: ${ratio.toFixed(2)}, required ${factor}: ${isMet ? 'met' : 'NOT MET'}`);
    if (!isMet) process.exitCode = 1;
  }
  console.log(
    '\nWhat this says: how much a proxy in Node adds to a request, beside others in Node, when it is the bottleneck. What it does not:\n' +
      'how fast your system is (a request to MongoDB costs hundreds of times as much), nor that Node is the fastest place for a proxy:\n' +
      'nginx and HAProxy are several times faster, and know nothing of sessions, stages and comparisons. Client, upstream and subject\n' +
      'share the cores of one machine: compare ratios of one run, never figures of two.',
  );
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

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/**
 * What the runtime does with a zip, timed: it loads the module, then hands an event to its handler. The modules of Node that the runtime's own
 * client has loaded by then are no part of it (aws-lambda-ric 4).
 */
const HARNESS = `
  for (const name of ['fs', 'http', 'path', 'util', 'events', 'stream', 'async_hooks', 'perf_hooks']) require('node:' + name);
  const [, file, event] = process.argv;
  const begun = process.hrtime.bigint();
  const before = process.cpuUsage();
  const figures = () => {
    const { user, system } = process.cpuUsage(before);
    return [Number(process.hrtime.bigint() - begun) / 1e6, (user + system) / 1e3];
  };
  const { handler } = require(file);
  const [load, loadCpu] = figures();
  const end = (answered, answeredCpu, answer) => {
    const line = JSON.stringify({ load, loadCpu, answered, answeredCpu, answer: JSON.stringify(answer) });
    process.stdout.write(line + '\\n', () => process.exit(0));
  };
  if (event === undefined) end(0, 0);
  else Promise.resolve(handler(JSON.parse(event), {})).then((answer) => end(...figures(), answer));`;

export interface Subject {
  readonly name: string;
  readonly file: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What its handler is called with; only loaded without. */
  readonly event?: object | undefined;
  /** What it answers, as JSON; another answer is no measurement. */
  readonly answers?: RegExp | undefined;
}

/** Milliseconds since loading began, by the clock and of processor time, in which other processes have no part. */
export interface ColdStart {
  readonly load: number;
  readonly loadCpu: number;
  readonly answered: number;
  readonly answeredCpu: number;
}

/**
 * Loads each file in processes of their own, one after the other. The files take turns, and every round begins with another
 * one, so that a busy moment of the machine hits all alike.
 *
 * @returns figures by name
 * @throws Error when a process fails, or its handler does, or answers something else
 */
export async function coldStarts(
  subjects: readonly Subject[],
  rounds: number,
): Promise<Map<string, readonly ColdStart[]>> {
  const times = new Map<string, ColdStart[]>(subjects.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    const first = round % subjects.length;
    for (const { name, file, env = {}, event, answers = /(?:)/ } of [
      ...subjects.slice(first),
      ...subjects.slice(0, first),
    ]) {
      const given = event === undefined ? [] : [JSON.stringify(event)];
      const { answer = '', ...figures } = await coldStart(name, ['-e', HARNESS, file, ...given], env);
      if (!answers.test(answer)) throw new Error(`${name} answers ${answer}`);
      times.get(name)?.push(figures);
    }
  }
  return times;
}

async function coldStart(
  name: string,
  args: readonly string[],
  env: Subject['env'],
): Promise<ColdStart & { readonly answer?: string }> {
  try {
    const { stdout } = await promisify(execFile)(process.execPath, args, { env });
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as ColdStart & { readonly answer?: string };
  } catch (cause) {
    // What Node prints has a line of the bundle in it.
    const fault = /^\w*Error: .{0,200}/m.exec(
      cause instanceof Error ? cause.message.split('\n').slice(2).join('\n') : '',
    )?.[0];
    throw new Error(`${name} does not start: ${fault ?? 'no figures'}`);
  }
}

/** @throws RangeError for an empty list */
export function median(values: readonly number[]): number {
  const middle = values.toSorted((a, b) => a - b)[values.length >> 1];
  if (middle === undefined) throw new RangeError('the median of nothing');
  return middle;
}

import { setTimeout as delay } from 'node:timers/promises';
import type { Db } from 'mongodb';
import type { RoutesLocation } from '../../../route-table/location';
import type { CliIo } from '../../cli-io';
import { describeError } from '../../describe-error';
import { EXIT, type CommandResult } from '../../exit-codes';
import { describeChanges, drawPicture } from './describe-picture';
import { takePicture, type Picture } from './picture';
import { Rates } from './rates';

export interface WatchParts {
  readonly location: RoutesLocation;
  readonly db: () => Promise<Db>;
  readonly io: Pick<CliIo, 'now' | 'write' | 'screen' | 'interrupted'>;
}

const INTERVAL = 2_000;
/** ms until MongoDB counts as silent. */
const PATIENCE = 2_000;

/** Shows where every route stands until it is interrupted: redrawn on a terminal, elsewhere a line for each change. Throws when it cannot begin. */
export async function watchStatus({ location, db: connect, io }: WatchParts): Promise<CommandResult> {
  const { now, write, screen } = io;
  const interrupted = io.interrupted?.() ?? new AbortController().signal;
  const rates = new Rates();
  const take = async (): Promise<Picture> => takePicture(await connect(), { location, rates, at: now() });
  const say = (line: string): void => write(`${now().toISOString()} ${line}\n`);
  let picture: Picture | undefined;
  let problem: string | undefined;
  let taking: Promise<Picture> | undefined;

  while (!interrupted.aborted) {
    // One at a time: what hangs is waited for again, not asked again.
    taking ??= take().finally(() => (taking = undefined));
    const before = picture;
    const earlier = problem;
    try {
      const taken = await within(taking, interrupted);
      if (taken === undefined) break;
      picture = taken;
      problem = undefined;
    } catch (error) {
      if (before === undefined) throw error;
      problem = error instanceof Slow ? error.message : describeError(error).lines.join('; ');
    }
    if (screen !== undefined && picture !== undefined) screen.draw(drawPicture(picture, screen.size(), problem));
    else if (problem !== undefined && earlier === undefined) say(`not current: ${problem}`);
    else if (problem === undefined && earlier !== undefined) say('current again');
    if (screen === undefined && picture !== undefined && picture !== before)
      for (const line of describeChanges(before, picture)) say(line);
    await delay(INTERVAL, undefined, { signal: interrupted }).catch(() => undefined);
  }
  return { exitCode: EXIT.fine, text: '', json: {} };
}

class Slow extends Error {}

/** The picture; undefined when interrupted. Throws {@link Slow} when it takes too long. */
async function within(taking: Promise<Picture>, interrupted: AbortSignal): Promise<Picture | undefined> {
  const over = new AbortController();
  const wait = async () => {
    const signal = AbortSignal.any([interrupted, over.signal]);
    const isOver = await delay(PATIENCE, true, { signal }).catch(() => false);
    if (isOver) throw new Slow(`MongoDB has not answered for ${PATIENCE / 1000} s and more`);
    return undefined;
  };
  try {
    return await Promise.race([taking, wait()]);
  } finally {
    over.abort();
  }
}

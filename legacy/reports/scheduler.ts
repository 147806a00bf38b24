import { DAY_MS, toDay } from '../day';
import type { Logger } from '../logging';
import { LEASE_MS, type DailyReports } from './daily-run';

/** 02:00 UTC, when the day before is over everywhere it matters and traffic is low. */
const RUN_AT_MS = 2 * 3_600_000;

interface SchedulerDeps {
  readonly daily: DailyReports;
  readonly clock: () => Date;
  readonly logger: Logger;
}

/**
 * Orders the reports of each day at 02:00 UTC of the next. Every instance does so; a lease lets one of them through, and the
 * others look again when that should have expired. A run that was begun and not finished is taken up at the start. A day on
 * which no instance was running at 02:00 is left out.
 *
 * @returns stops, and resolves when a run that has begun is over
 */
export function startScheduler({ daily, clock, logger }: SchedulerDeps): () => Promise<void> {
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve();

  const at = (time: Date, action: () => Promise<void>) => {
    if (closed) return;
    timer = setTimeout(
      () => {
        running = action();
      },
      Math.max(0, time.getTime() - clock().getTime()),
    );
    // An instance that has nothing else to do may end.
    timer.unref();
  };

  const next = (due: Date) => {
    at(due, () => attempt(due));
  };

  /** `due` is the moment that was meant: timers are late, and sometimes a little early. */
  const attempt = async (due: Date): Promise<void> => {
    const day = dayBefore(due);
    const again = await run(day);
    const following = dueAfter(new Date(Math.max(clock().getTime(), due.getTime())));
    if (again && again < following) at(again, () => attempt(due));
    else next(following);
  };

  /** Resolves with when to try again, if that is necessary. */
  const run = async (day: string): Promise<Date | undefined> => {
    try {
      const result = await daily.run(day);
      logger.info({ day, ...result }, 'daily reports');
      return result.outcome === 'held' ? result.until : undefined;
    } catch (error) {
      logger.error({ err: error, day }, 'daily reports could not be ordered');
      return new Date(clock().getTime() + LEASE_MS);
    }
  };

  const start = async (): Promise<void> => {
    const following = dueAfter(clock());
    const last = new Date(following.getTime() - DAY_MS);
    const unfinished = await daily.isUnfinished(dayBefore(last)).catch((error: unknown) => {
      logger.error({ err: error }, 'could not look for unfinished daily reports');
      return false;
    });
    if (unfinished) await attempt(last);
    else next(following);
  };

  running = start();
  return async () => {
    closed = true;
    clearTimeout(timer);
    await running;
  };
}

/** The first 02:00 UTC after a moment. */
export function dueAfter(now: Date): Date {
  const today = Math.floor(now.getTime() / DAY_MS) * DAY_MS + RUN_AT_MS;
  return new Date(today > now.getTime() ? today : today + DAY_MS);
}

/** The UTC day that is reported at that moment. */
function dayBefore(due: Date): string {
  return toDay(new Date(due.getTime() - DAY_MS));
}

import type { AccountStore } from '../accounts/store';
import { dailyJob } from './job';
import type { LeaseStore } from './lease';
import type { ReportQueue } from './queue';
import type { ReportStore } from './store';

/** Long enough to order the reports of all accounts, short enough that a crash delays them by minutes only. */
export const LEASE_MS = 5 * 60_000;

export type DailyRun =
  | { readonly outcome: 'ran'; readonly jobs: number }
  /** By an earlier run. */
  | { readonly outcome: 'done' }
  /** Another process is at it, and is taken for dead from then on. */
  | { readonly outcome: 'held'; readonly until: Date };

interface DailyReportsDeps {
  readonly accounts: Pick<AccountStore, 'listIds'>;
  readonly reports: Pick<ReportStore, 'createDaily'>;
  readonly queue: Pick<ReportQueue, 'send'>;
  readonly leases: LeaseStore;
  readonly clock: () => Date;
  /** Who is asking; stands in the lease. */
  readonly holder: string;
}

export interface DailyReports {
  /**
   * Orders the day's report of every customer account, unless another process has or does.
   *
   * @throws the database's or the queue's error; the lease is kept, so that it is tried again when that expires
   */
  run(day: string): Promise<DailyRun>;
  /** Whether a run of that day was begun and not finished. */
  isUnfinished(day: string): Promise<boolean>;
}

export function createDailyReports({
  accounts,
  reports,
  queue,
  leases,
  clock,
  holder,
}: DailyReportsDeps): DailyReports {
  return {
    async run(day) {
      const lease = leaseOf(day);
      const taken = await leases.take(lease, holder, clock(), LEASE_MS);
      if (taken.outcome !== 'taken') return taken;
      const jobs = (await accounts.listIds()).map((id) => dailyJob(id, day));
      await reports.createDaily(jobs, clock());
      await queue.send(jobs);
      await leases.finish(lease, clock());
      return { outcome: 'ran', jobs: jobs.length };
    },
    async isUnfinished(day) {
      const lease = await leases.find(leaseOf(day));
      return lease?.doneAt === null;
    },
  };
}

function leaseOf(day: string): string {
  return `daily-report:${day}`;
}

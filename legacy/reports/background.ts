import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Db } from 'mongodb';
import { createAccountStore } from '../accounts/store';
import type { LegacyConfig } from '../config';
import type { Logger } from '../logging';
import { reportCalculation } from './calculate';
import { startConsumer } from './consumer';
import { createDailyReports } from './daily-run';
import { createLeaseStore } from './lease';
import { jobProcessing } from './process-job';
import type { ReportQueue } from './queue';
import { startScheduler } from './scheduler';
import { createReportStore } from './store';

interface ReportWorkDeps {
  readonly db: Db;
  readonly queue: ReportQueue;
  readonly config: Pick<LegacyConfig, 'reportConsumer' | 'dailyReportRunner'>;
  readonly clock: () => Date;
  readonly logger: Logger;
}

/**
 * Starts what of the reports is this application's turn: ordering the daily ones, and processing jobs.
 *
 * @returns stops both, and resolves when what was being done is over
 */
export function startReportWork({ db, queue, config, clock, logger }: ReportWorkDeps): () => Promise<void> {
  const reports = createReportStore(db);
  const stops: (() => Promise<void>)[] = [];
  if (config.dailyReportRunner === 'legacy') {
    const daily = createDailyReports({
      accounts: createAccountStore(db),
      reports,
      queue,
      leases: createLeaseStore(db),
      clock,
      holder: `legacy ${hostname()} ${randomUUID()}`,
    });
    stops.push(startScheduler({ daily, clock, logger }));
  }
  if (config.reportConsumer === 'legacy') {
    const process = jobProcessing({ reports, calculate: reportCalculation(db), clock });
    stops.push(startConsumer({ queue, process, giveUp: (job) => reports.fail(job, clock()), logger }));
  }
  return async () => {
    await Promise.all(stops.map((stop) => stop()));
  };
}

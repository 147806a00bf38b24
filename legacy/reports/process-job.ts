import type { CalculateReport } from './calculate';
import type { ReportJob } from './job';
import type { ReportStore } from './store';

interface ProcessJobDeps {
  readonly reports: Pick<ReportStore, 'isDone' | 'finish'>;
  readonly calculate: CalculateReport;
  readonly clock: () => Date;
}

/** Calculates and stores a job's report. One that is stored stays as it is, however often its job comes. */
export function jobProcessing({ reports, calculate, clock }: ProcessJobDeps) {
  return async (job: ReportJob): Promise<'stored' | 'known'> => {
    if (await reports.isDone(job)) return 'known';
    const result = await calculate(job.customerAccountId, job.day);
    return (await reports.finish(job, result, clock())) ? 'stored' : 'known';
  };
}

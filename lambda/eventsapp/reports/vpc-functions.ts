import { defineVpcFunction, flag, listOf, nullable, objectOf, oneOf, text } from 'banyan-strangler/vpc-proxy';
import { dayText, objectIdText, parseReportJob, parseReportJson } from '../contracts/reports';

// What the report functions outside the VPC may ask of those inside. All of them bear to run twice.

/**
 * Takes the lease of a day's reports and says whose reports are to be made. One call, so that no account can appear between the
 * two; the reports are known as queued from then on. Account ids only: 200,000 of them fit into one answer.
 */
export const dbGetReportResults = defineVpcFunction({
  name: 'db-get-report-results',
  input: objectOf({
    day: dayText,
    /** Who asks; the same one gets its own lease again. */
    holder: text,
  }),
  output: objectOf({
    /** `held` by another one until `until`; `done` before. */
    outcome: oneOf('taken', 'held', 'done'),
    until: nullable(text),
    accountIds: listOf(objectIdText),
  }),
});

/** Says that all jobs of a day are in the queue, so that they are not ordered again. */
export const dbFinishDailyReport = defineVpcFunction({
  name: 'db-finish-daily-report',
  input: objectOf({ day: dayText }),
  output: objectOf({ finished: flag }),
});

/** Writes the report that a user has asked for, as queued. */
export const dbCreateReport = defineVpcFunction({
  name: 'db-create-report',
  input: objectOf({ job: parseReportJob, requestedBy: objectIdText }),
  output: objectOf({ report: parseReportJson }),
});

/** Calculates and stores a job's report, or with `giveUp` records that it will not come without help. */
export const dbStoreReport = defineVpcFunction({
  name: 'db-store-report',
  input: objectOf({ job: parseReportJob, giveUp: flag }),
  /** `known`: it was there already, and stays as it was. */
  output: objectOf({ outcome: oneOf('stored', 'known', 'given up') }),
});

import type { RequestObservation } from '../observation';
import type { Stage } from '../route-table/schema';
import { ANSWERS_COLLECTION } from './collections';
import { OwnTotals, type Origin } from './own-totals';
import type { OwnDocument } from './writer';

interface Totals {
  readonly routeId: string;
  readonly stage: Stage;
  lastAt: number;
  answered: number;
  failed: number;
}

/** Counts what clients were given of Lambda, by stage: on canary and lambda that is the evidence which only they can give. */
export class Answers extends OwnTotals<Totals> {
  record({ routeId, reason, upstream, statusCode, lambda, at }: RequestObservation, stage: Stage | undefined): void {
    // What an operator forces says nothing about clients; a client that left has been given nothing.
    if (lambda === undefined || reason === 'forced' || lambda.code === 'client_gone' || statusCode === 499) return;
    if (stage !== 'canary' && stage !== 'lambda') return;
    // What API Gateway refuses depends on what a client sends, and Lambda has not been asked.
    if (lambda.outcome === 'gateway-refused') return;
    // Legacy gave the same refusal: Lambda was right.
    if (reason === 'session-refused' && statusCode >= 400) return;
    const key = `${routeId}|${stage}`;
    let totals = this.totals.get(key);
    if (totals === undefined) this.totals.set(key, (totals = { routeId, stage, lastAt: at, answered: 0, failed: 0 }));
    const isAnswered = upstream === 'lambda' && lambda.outcome === 'answered' && statusCode < 500;
    totals[isAnswered ? 'answered' : 'failed'] += 1;
    totals.lastAt = Math.max(totals.lastAt, at);
    this.dirty.add(key);
  }

  protected documentsOf(totals: Totals, _id: string, { versions, database }: Origin): OwnDocument[] {
    const fields = { ...totals, versions, database, lastAt: new Date(totals.lastAt) };
    return [{ collection: ANSWERS_COLLECTION, _id, fields }];
  }
}

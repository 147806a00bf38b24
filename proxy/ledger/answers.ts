import type { RequestObservation } from '../observation';
import type { Stage } from '../route-table/schema';
import { ANSWERS_COLLECTION } from './collections';
import type { Origin } from './comparisons';
import type { OwnDocument } from './writer';

interface Totals {
  readonly routeId: string;
  readonly stage: Stage;
  lastAt: number;
  /** Lambda's answer went to the client. */
  answered: number;
  /** Lambda was asked; it failed, or legacy had to answer. */
  failed: number;
}

/** Counts what clients were given of Lambda, by stage: on canary and lambda that is the evidence which only they can give. */
export class Answers {
  private readonly totals = new Map<string, Totals>();
  private readonly dirty = new Set<string>();

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

  /** The documents of what has changed since the last call; {@link restore} when they could not be written. */
  take({ instance, versions, database }: Origin): readonly OwnDocument[] {
    const documents = [...this.dirty].flatMap((key) => {
      const totals = this.totals.get(key);
      if (totals === undefined) return [];
      const fields = { ...totals, versions, database, lastAt: new Date(totals.lastAt) };
      return [{ collection: ANSWERS_COLLECTION, _id: `${key}|${instance}`, fields }];
    });
    this.dirty.clear();
    return documents;
  }

  /** Marks everything as unwritten: totals may be written again without harm. */
  restore(): void {
    for (const key of this.totals.keys()) this.dirty.add(key);
  }
}

import { MongoClient, type Collection } from 'mongodb';
import { startEmbedded } from '../../shared/local/mongo';
import type { Side } from './answer';

/** What unsafe requests have done, in a MongoDB of its own, which stays whatever a check takes away. */
export interface Executions {
  /** Resolves once it is written: only then a request may be answered. */
  record(requestId: string, by: Side): Promise<void>;
  /** How often each request was executed, counted by MongoDB. */
  counts(): Promise<ReadonlyMap<string, number>>;
  close(): Promise<void>;
}

/** One execution. Nothing is unique in it but its `_id`, so that a request which was executed twice is there twice. */
interface Execution {
  readonly requestId: string;
  readonly by: Side;
  readonly at: Date;
}

/** Starts a MongoDB and connects to it. */
export async function openExecutions(): Promise<Executions> {
  const mongo = await startEmbedded({});
  const client = await MongoClient.connect(`mongodb://127.0.0.1:${mongo.port}/soak?directConnection=true`);
  const executions: Collection<Execution> = client.db().collection('executions');
  return {
    async record(requestId, by) {
      await executions.insertOne({ requestId, by, at: new Date() });
    },
    async counts() {
      const counted = await executions
        .aggregate<{ _id: string; times: number }>([{ $group: { _id: '$requestId', times: { $sum: 1 } } }])
        .toArray();
      return new Map(counted.map(({ _id, times }) => [_id, times]));
    },
    async close() {
      await client.close();
      await mongo.stop();
    },
  };
}

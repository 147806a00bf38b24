import type { BsonDocument } from '../bson/values';
import type { ScopeFactory } from './scope';

/** What stages may ask of the server. */
export interface PipelineContext {
  readonly scopes: ScopeFactory;
  /** The documents of another collection of the same database. */
  readonly documentsOf: (collection: string) => readonly BsonDocument[];
}

export type Stage = (documents: readonly BsonDocument[]) => readonly BsonDocument[];

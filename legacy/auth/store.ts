import { createHash } from 'node:crypto';
import type { Db, ObjectId } from 'mongodb';
import type { Role } from './identity';

export interface UserDocument {
  _id: ObjectId;
  /** Lower case, unique. */
  email: string;
  /** bcrypt, cost 10. */
  passwordHash: string;
  fullName: string;
  roles: Role[];
  customerAccountId: ObjectId;
  createdAt: Date;
}

export interface ApiKeyDocument {
  _id: ObjectId;
  /** SHA-256 of the key, hex: keys are random and long, so a slow hash would gain nothing. */
  keyHash: string;
  name: string;
  customerAccountId: ObjectId;
  createdAt: Date;
}

export type UserStore = ReturnType<typeof createUserStore>;
export type ApiKeyStore = ReturnType<typeof createApiKeyStore>;

export function createUserStore(db: Db) {
  const users = db.collection<UserDocument>('users');
  return {
    async ensureIndexes(): Promise<void> {
      await users.createIndex({ email: 1 }, { unique: true }, {});
      await users.createIndex({ customerAccountId: 1 });
    },
    findByEmail(email: string): Promise<UserDocument | null> {
      return users.findOne({ email });
    },
    listByAccount(customerAccountId: ObjectId): Promise<UserDocument[]> {
      return users.find({ customerAccountId }).sort({ email: 1 }).toArray();
    },
  };
}

export function createApiKeyStore(db: Db) {
  const apiKeys = db.collection<ApiKeyDocument>('apiKeys');
  return {
    async ensureIndexes(): Promise<void> {
      await apiKeys.createIndex({ keyHash: 1 }, { unique: true }, {});
    },
    /** Looks a key up by its hash, so neither the query's timing nor the database reveals anything about keys. */
    findByKey(key: string): Promise<ApiKeyDocument | null> {
      return apiKeys.findOne({ keyHash: createHash('sha256').update(key).digest('hex') });
    },
  };
}

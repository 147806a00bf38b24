import type { Db, ObjectId } from 'mongodb';

export interface AccountDocument {
  _id: ObjectId;
  name: string;
  plan: 'free' | 'team' | 'business';
  billingEmail: string;
  /** IANA name, such as Europe/Copenhagen. */
  timezone: string;
  createdAt: Date;
  updatedAt: Date;
}

/** What a client may change. The plan changes by way of billing only. */
export type AccountChange = Partial<Pick<AccountDocument, 'name' | 'billingEmail' | 'timezone'>>;

export type AccountStore = ReturnType<typeof createAccountStore>;

export function createAccountStore(db: Db) {
  const accounts = db.collection<AccountDocument>('customerAccounts');
  return {
    find(id: ObjectId): Promise<AccountDocument | null> {
      return accounts.findOne({ _id: id });
    },
    /** The ids of all accounts, oldest first. */
    async listIds(): Promise<ObjectId[]> {
      const found = await accounts
        .find({}, { projection: { _id: 1 } })
        .sort({ _id: 1 })
        .toArray();
      return found.map(({ _id }) => _id);
    },
    /** The account as it is after the change, or null if there is none. */
    update(id: ObjectId, change: AccountChange, updatedAt: Date): Promise<AccountDocument | null> {
      return accounts.findOneAndUpdate({ _id: id }, { $set: { ...change, updatedAt } }, { returnDocument: 'after' });
    },
  };
}

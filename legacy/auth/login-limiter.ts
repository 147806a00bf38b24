import { ipKeyGenerator, rateLimit, type ClientRateLimitInfo, type Store } from 'express-rate-limit';
import type { RequestHandler } from 'express';
import { MongoServerError, type Db } from 'mongodb';
import type { Logger } from '../logging';
import { asFields } from '../validation';
import { normaliseEmail } from './authentication';

const WINDOW_MS = 15 * 60 * 1000;
const MAX_FAILURES = 10;
const DUPLICATE_KEY = 11000;

interface LoginAttempts {
  /** Client address and email. */
  _id: string;
  hits: number;
  expiresAt: Date;
}

export type LoginAttemptStore = ReturnType<typeof createLoginAttemptStore>;

/** Counts attempts in MongoDB, because a client's attempts reach several instances. */
export function createLoginAttemptStore(db: Db) {
  const attempts = db.collection<LoginAttempts>('loginAttempts');

  const increment = async (key: string): Promise<ClientRateLimitInfo> => {
    const now = new Date();
    const counted = await attempts.findOneAndUpdate(
      { _id: key, expiresAt: { $gt: now } },
      { $inc: { hits: 1 } },
      { returnDocument: 'after' },
    );
    if (counted) return { totalHits: counted.hits, resetTime: counted.expiresAt };
    // None yet, or of an earlier window that the TTL index has not removed. Replacing only an expired one means that of
    // two instances at this point one gets a duplicate key error and counts up what the other has begun.
    const expiresAt = new Date(now.getTime() + WINDOW_MS);
    try {
      await attempts.updateOne(
        { _id: key, expiresAt: { $lte: now } },
        { $set: { hits: 1, expiresAt } },
        { upsert: true },
      );
      return { totalHits: 1, resetTime: expiresAt };
    } catch (error) {
      if (error instanceof MongoServerError && error.code === DUPLICATE_KEY) return increment(key);
      throw error;
    }
  };

  return {
    async ensureIndexes(): Promise<void> {
      await attempts.createIndex({ expiresAt: 1 }, { expireAfterSeconds: 0 }, {});
    },
    localKeys: false,
    increment,
    async decrement(key: string): Promise<void> {
      await attempts.updateOne({ _id: key, hits: { $gt: 0 } }, { $inc: { hits: -1 } });
    },
    async resetKey(key: string): Promise<void> {
      await attempts.deleteOne({ _id: key });
    },
  } satisfies Store & { ensureIndexes(): Promise<void> };
}

/**
 * Refuses the eleventh failed login of one client for one email within 15 minutes. Belongs behind the check that the body has
 * an email. Only wrong credentials count, not logins and not errors of ours.
 */
export function loginLimiter(store: LoginAttemptStore, logger: Logger): RequestHandler {
  return rateLimit({
    windowMs: WINDOW_MS,
    limit: MAX_FAILURES,
    store,
    skipSuccessfulRequests: true,
    requestWasSuccessful: (_req, res) => res.statusCode !== 401,
    // A network of IPv6 addresses belongs to one client, so the address alone would be no limit.
    keyGenerator: (req) => `${ipKeyGenerator(req.ip ?? '')} ${normaliseEmail(String(asFields(req.body)['email']))}`,
    standardHeaders: 'draft-7',
    legacyHeaders: false,
    message: { error: 'Too many failed logins, try again later' },
    logger: {
      error: (error, message) => {
        logger.error({ err: error }, message);
      },
      warn: (error, message) => {
        logger.warn({ err: error }, message);
      },
    },
  });
}

import { createHmac } from 'node:crypto';
import type { Db } from 'mongodb';
import { SECRET } from './banyan';

interface StoredSession {
  readonly _id: string;
  readonly expires: Date;
  readonly session: string;
}

/** Stores a session of its own for each of so many users from a number on, as connect-mongo 6 stores those of passport. */
export async function storeSessions(db: Db, users: number, from = 0): Promise<void> {
  const sessions = Array.from({ length: users }, (_, n) => sessionOf(from + n));
  await db.collection<StoredSession>('sessions').insertMany(sessions);
}

/** What the n-th user sends. */
export function cookieOf(n: number): { readonly Cookie: string } {
  const { _id: id } = sessionOf(n);
  const signature = createHmac('sha256', SECRET).update(id).digest('base64').replace(/=+$/, '');
  return { Cookie: `connect.sid=${encodeURIComponent(`s:${id}.${signature}`)}` };
}

/** Who the n-th user is. */
export function userIdOf(n: number): string {
  return String(n).padStart(24, '0');
}

function sessionOf(n: number): StoredSession {
  const expires = new Date(Date.now() + 3_600_000);
  const user = { userId: userIdOf(n), customerAccountId: 'c'.repeat(24), fullName: 'A', roles: [] };
  const cookie = { originalMaxAge: 3_600_000, expires, httpOnly: true, path: '/' };
  return { _id: `soak-${n}`, expires, session: JSON.stringify({ cookie, passport: { user } }) };
}

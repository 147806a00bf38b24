import { Binary, type Document } from 'mongodb';
import { storeFormat } from '../../../../../shared/session/stores/registry';
import { SessionFormatError, SessionRecordError } from '../../../../../shared/session/session-errors';
import {
  completeSession,
  resolveSession,
  type ConnectMongodbSessionOptions,
} from '../../../../../shared/session/session-config';

const NOW = new Date('2026-11-23T08:00:00.000Z');

function format(store: Omit<ConnectMongodbSessionOptions, 'format'> = {}, resave = false) {
  const session = completeSession({ secrets: ['s'], resave, store: { format: 'connect-mongodb-session', ...store } });
  return storeFormat(resolveSession(session, {}));
}

describe('records of connect-mongodb-session 5', () => {
  it('are subdocuments', async () => {
    const session = { cookie: { originalMaxAge: 5 }, passport: { user: 'u1' } };
    const stored = await format().read({ session });
    expect(stored?.data['passport']).toEqual({ user: 'u1' });
    expect(stored?.cookie.originalMaxAge).toBe(5);
  });

  it('are refused by name when they are text', async () => {
    const reading = format().read({ session: '{"cookie":{}}' });
    await expect(reading).rejects.toThrow(SessionFormatError);
    await expect(reading).rejects.toThrow('it looks like connect-mongo with stringify: true');
  });

  it('are unreadable without a cookie', async () => {
    await expect(format().read({ session: {} })).rejects.toThrow(SessionRecordError);
  });

  it.each<[Document, string]>([
    [{ session: [] }, 'session is a list'],
    [{ session: 7 }, 'session is a number'],
    [{ session: new Binary(Buffer.from('x')) }, 'binary data'],
    [{}, 'it has no field session'],
    [{ data: {} }, 'keeps its session under data'],
  ])('are refused by name: %j', async (record, looks) => {
    const reading = format().read(record);
    await expect(reading).rejects.toThrow(SessionFormatError);
    await expect(reading).rejects.toThrow(looks);
  });

  it.each([null, false, 0, ''])('are none when express-session takes them for none: %j', async (session) => {
    expect(await format().read({ session })).toBeUndefined();
  });

  it('are found by the configured fields while they live, or have no expiry', () => {
    expect(format().filter('id', NOW)).toEqual({ _id: 'id', $or: [{ expires: null }, { expires: { $gt: NOW } }] });
    expect(format({ idField: 'sid', expiresKey: 'until' }).filter('id', NOW)).toEqual({
      sid: 'id',
      $or: [{ until: null }, { until: { $gt: NOW } }],
    });
  });

  it('never expire without a date, are never touched by the store, and are named with their fields', () => {
    const text = 'connect-mongodb-session with idField: sid, expiresKey: until';
    expect(format({ idField: 'sid', expiresKey: 'until' })).toMatchObject({
      nullNeverExpires: true,
      touches: false,
      text,
    });
  });

  it('are in the configured collection', () => {
    expect(format()).toMatchObject({ collection: 'sessions', database: undefined });
    const named = format({ collection: 'web', databaseName: 'other' });
    expect(named).toMatchObject({ collection: 'web', database: 'other' });
  });
});

describe('the touch of connect-mongodb-session', () => {
  const stored = async (originalMaxAge: number | null) => {
    const session = await format().read({ session: { cookie: { originalMaxAge } } });
    if (session === undefined) throw new Error('no session');
    return session;
  };

  it('does nothing with resave: false, as the store', async () => {
    expect(format().touch('id', await stored(1000), NOW)).toBeUndefined();
  });

  it('leaves a session alone whose age leads beyond the calendar', async () => {
    expect(format({}, true).touch('id', await stored(1e20), NOW)).toBeUndefined();
  });

  it('extends with resave: true, without writing the session', async () => {
    expect(format({ idField: 'sid', expiresKey: 'until' }, true).touch('id', await stored(1000), NOW)).toEqual({
      filter: { sid: 'id', $or: [{ until: null }, { until: { $gt: NOW } }] },
      update: { $set: { until: new Date(NOW.getTime() + 1000) } },
    });
    expect(format({ expires: 5000 }, true).touch('id', await stored(null), NOW)?.update).toEqual({
      $set: { expires: new Date(NOW.getTime() + 5000) },
    });
  });
});

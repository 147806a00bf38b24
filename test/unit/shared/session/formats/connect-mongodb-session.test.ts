import { sessionFormat } from '../../../../../shared/session/formats/select';
import { SessionFormatError, SessionRecordError } from '../../../../../shared/session/session-errors';
import {
  completeSession,
  resolveSession,
  type ConnectMongodbSessionOptions,
} from '../../../../../shared/session/session-config';

const NOW = new Date('2026-11-23T08:00:00.000Z');

function format(store: Omit<ConnectMongodbSessionOptions, 'format'> = {}, resave = false) {
  const session = completeSession({ secrets: ['s'], resave, store: { format: 'connect-mongodb-session', ...store } });
  return sessionFormat(resolveSession(session, {}));
}

describe('records of connect-mongodb-session 5', () => {
  it('are subdocuments', async () => {
    const session = { cookie: { originalMaxAge: 5 }, passport: { user: 'u1' } };
    const { data, cookie } = await format().read({ session });
    expect(data['passport']).toEqual({ user: 'u1' });
    expect(cookie.originalMaxAge).toBe(5);
  });

  it('are refused by name when they are text', async () => {
    const reading = format().read({ session: '{"cookie":{}}' });
    await expect(reading).rejects.toThrow(SessionFormatError);
    await expect(reading).rejects.toThrow('it looks like connect-mongo with stringify: true');
  });

  it.each([[null], [undefined], [[]], [{}], [7]])('are unreadable: %j', async (session) => {
    await expect(format().read({ session })).rejects.toThrow(SessionRecordError);
  });

  it('are found by the configured fields while they live, or have no expiry', () => {
    expect(format().filter('id', NOW)).toEqual({ _id: 'id', $or: [{ expires: null }, { expires: { $gt: NOW } }] });
    expect(format({ idField: 'sid', expiresKey: 'until' }).filter('id', NOW)).toEqual({
      sid: 'id',
      $or: [{ until: null }, { until: { $gt: NOW } }],
    });
  });

  it('are in the configured collection', () => {
    expect(format()).toMatchObject({ collection: 'sessions', database: undefined });
    const named = format({ collection: 'web', databaseName: 'other' });
    expect(named).toMatchObject({ collection: 'web', database: 'other' });
  });
});

describe('the touch of connect-mongodb-session', () => {
  const stored = async (originalMaxAge: number | null) => format().read({ session: { cookie: { originalMaxAge } } });

  it('does nothing with resave: false, as the store', async () => {
    expect(format().touch('id', await stored(1000), NOW)).toBeUndefined();
  });

  it('extends with resave: true, without writing the session', async () => {
    expect(format({ idField: 'sid', expiresKey: 'until' }, true).touch('id', await stored(1000), NOW)).toEqual({
      filter: { sid: 'id', until: { $gt: NOW } },
      update: { $set: { until: new Date(NOW.getTime() + 1000) } },
    });
    expect(format({ expires: 5000 }, true).touch('id', await stored(null), NOW)?.update).toEqual({
      $set: { expires: new Date(NOW.getTime() + 5000) },
    });
  });
});

import { ObjectId } from 'mongodb';
import { pino } from 'pino';
import { NotificationFeed } from '../../../../../legacy/notifications/feed';
import type { NotificationDocument, NotificationStore } from '../../../../../legacy/notifications/store';
import { until } from '../support/until';

const account = new ObjectId();

/** An id as a process with a given clock and random part makes it. */
function idOf(at: Date, process: string): ObjectId {
  const seconds = Math.floor(at.getTime() / 1000);
  return new ObjectId(seconds.toString(16).padStart(8, '0') + process.padStart(16, '0'));
}

function notification(_id: ObjectId, createdAt = new Date()): NotificationDocument {
  return { _id, customerAccountId: account, type: 'test', payload: {}, createdAt };
}

/** A collection in memory that can be taken away. */
function startFeed() {
  const collection: NotificationDocument[] = [];
  const state = { looks: 0, away: false };
  const notifications: NotificationStore = {
    ensureIndexes: () => Promise.resolve(),
    add: () => Promise.resolve(),
    createdAt: () => Promise.resolve(undefined),
    listOfAccountSince: () => {
      throw new Error('not used');
    },
    listMadeSince: (time, known) => {
      state.looks += 1;
      if (state.away) return Promise.reject(new Error('away'));
      return Promise.resolve(
        collection.filter(
          ({ _id }) => _id.getTimestamp().getTime() >= time.getTime() - 1000 && !known.some((id) => id.equals(_id)),
        ),
      );
    },
  };
  const feed = new NotificationFeed({ notifications, pollMs: 10, logger: pino({ level: 'silent' }) });
  return { feed, collection, state };
}

async function listen(feed: NotificationFeed, customerAccountId = account) {
  const ids: string[] = [];
  const subscription = await feed.subscribe(customerAccountId);
  subscription.start(
    ({ _id }) => ids.push(_id.toHexString()),
    () => ids.push('end'),
  );
  return { ids, subscription };
}

const hex = (ids: ObjectId[]) => ids.map((id) => id.toHexString());

test('what was there before is not delivered, what comes later is, once', async () => {
  const { feed, collection, state } = startFeed();
  collection.push(notification(idOf(new Date(), '1')));
  const { ids, subscription } = await listen(feed);
  const later = idOf(new Date(), '2');
  collection.push(notification(later));
  await until(() => ids.length > 0);
  const looks = state.looks;
  await until(() => state.looks > looks + 3);
  expect(ids).toEqual(hex([later]));
  subscription.cancel();
});

test('ids below those already seen are delivered: other processes, slow inserts, clocks that run behind', async () => {
  const { feed, collection } = startFeed();
  const { ids, subscription } = await listen(feed);
  const now = new Date();
  const high = idOf(now, 'ff');
  const low = idOf(now, '01');
  const behind = idOf(new Date(now.getTime() - 20_000), '02');
  const ahead = idOf(new Date(now.getTime() + 60_000), '03');
  for (const [index, id] of [high, low, ahead, behind].entries()) {
    collection.push(notification(id));
    await until(() => ids.length === index + 1);
  }
  expect(ids).toEqual(hex([high, low, ahead, behind]));
  subscription.cancel();
});

test('one look delivers in the order in which they were written', async () => {
  const { feed, collection } = startFeed();
  const { ids, subscription } = await listen(feed);
  const now = new Date();
  const first = idOf(now, 'ff');
  const second = idOf(now, '01');
  collection.push(notification(second, new Date(now.getTime() + 1)), notification(first, now));
  await until(() => ids.length === 2);
  expect(ids).toEqual(hex([first, second]));
  subscription.cancel();
});

test('one poller for all, from the first listener to the last', async () => {
  const { feed, state } = startFeed();
  expect(feed.polling).toBe(false);
  const [one, two] = await Promise.all([listen(feed), listen(feed)]);
  expect([feed.polling, state.looks]).toEqual([true, 1]);
  one.subscription.cancel();
  one.subscription.cancel();
  expect(feed.polling).toBe(true);
  two.subscription.cancel();
  expect(feed.polling).toBe(false);
  const looks = state.looks;
  // Another feed is the clock: by its third look this one would have looked again.
  const clock = startFeed();
  const { subscription } = await listen(clock.feed);
  await until(() => clock.state.looks > 3);
  subscription.cancel();
  expect(state.looks).toBe(looks);
});

test('a database that is away for a while loses nothing', async () => {
  const { feed, collection, state } = startFeed();
  const { ids, subscription } = await listen(feed);
  state.away = true;
  const looks = state.looks;
  await until(() => state.looks > looks + 2);
  const id = idOf(new Date(), '5');
  collection.push(notification(id));
  state.away = false;
  await until(() => ids.length === 1);
  expect(ids).toEqual(hex([id]));
  subscription.cancel();
});

test('a listener that comes while the database is away is told, and the next one is served', async () => {
  const { feed, state } = startFeed();
  state.away = true;
  await expect(feed.subscribe(account)).rejects.toThrow('away');
  expect(feed.polling).toBe(false);
  state.away = false;
  const { subscription } = await listen(feed);
  subscription.cancel();
});

test('accounts do not hear one another; closing ends all', async () => {
  const { feed, collection } = startFeed();
  const own = await listen(feed);
  const other = await listen(feed, new ObjectId());
  const id = idOf(new Date(), '6');
  collection.push(notification(id));
  await until(() => own.ids.length === 1);
  feed.close();
  expect([own.ids, other.ids, feed.polling]).toEqual([[id.toHexString(), 'end'], ['end'], false]);
});

test('what comes between subscribing and starting is kept', async () => {
  const { feed, collection, state } = startFeed();
  const subscription = await feed.subscribe(account);
  const id = idOf(new Date(), '7');
  collection.push(notification(id));
  const looks = state.looks;
  await until(() => state.looks > looks + 1);
  const ids: string[] = [];
  subscription.start(
    ({ _id }) => ids.push(_id.toHexString()),
    () => undefined,
  );
  expect(ids).toEqual([id.toHexString()]);
  subscription.cancel();
});

test('a listener that starts after the feed was closed is ended at once', async () => {
  const { feed } = startFeed();
  const subscription = await feed.subscribe(account);
  feed.close();
  const calls: string[] = [];
  subscription.start(
    () => calls.push('delivered'),
    () => calls.push('end'),
  );
  expect(calls).toEqual(['end']);
});

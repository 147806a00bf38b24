import { Shares } from '../../../../proxy/http1/shares';

describe('shares', () => {
  it('allow a client one more while more are free than it holds', () => {
    const shares = new Shares();
    expect([shares.allows('a', 0), shares.allows('a', 1)]).toEqual([false, true]);
    shares.take('a');
    shares.take('a');
    expect([2, 3].map((free) => shares.allows('a', free))).toEqual([false, true]);
    expect([0, 1].map((free) => shares.allows('b', free))).toEqual([false, true]);
  });

  it('give one client alone half of ten, two that stay three each, and always leave one', () => {
    const shares = new Shares();
    let free = 10;
    const takeAll = (client: string): number => {
      let taken = 0;
      for (; shares.allows(client, free); taken += 1, free -= 1) shares.take(client);
      return taken;
    };
    expect(['a', 'b', 'c', 'd', 'e'].map(takeAll)).toEqual([5, 3, 1, 1, 0]);
  });

  it('are counted in place, one object for each client', () => {
    const shares = new Shares();
    const first = shares.take('a');
    expect(first).toEqual({ client: 'a', count: 1 });
    expect(shares.take('a')).toBe(first);
    expect(first.count).toBe(2);
    expect(shares.take('b')).toEqual({ client: 'b', count: 1 });
  });

  it('are given back by one, or by as many as are said, and then allow as many again', () => {
    const shares = new Shares();
    const share = shares.take('a');
    for (let i = 0; i < 4; i += 1) shares.take('a');
    shares.giveBack(share);
    expect([shares.allows('a', 4), shares.allows('a', 5)]).toEqual([false, true]);
    shares.giveBack(share, 3);
    expect([shares.allows('a', 1), shares.allows('a', 2)]).toEqual([false, true]);
  });

  it('keep nothing of clients that hold nothing', () => {
    const shares = new Shares();
    const share = shares.take('a');
    shares.take('a');
    shares.giveBack(share);
    expect(shares['held'].size).toBe(1);
    shares.giveBack(share);
    expect(shares['held'].size).toBe(0);
  });
});

import { inspect } from 'node:util';
import { Socket } from 'node:net';
import { clientAddress } from '../../../../proxy/client/client-address';
import { sign } from '../../../../shared/session/unsign';
import { clientAt } from '../../../support/client';

const SECRET = 'a secret';
const token = (id: string, secret = SECRET) => `s:${sign(id, secret)}`;

describe('the address of a client', () => {
  const socketOf = (remoteAddress: string | undefined) =>
    Object.defineProperty(new Socket(), 'remoteAddress', { value: remoteAddress });

  it.each([
    ['1.1.1.1, 2.2.2.2', 0, '10.0.0.9'],
    ['1.1.1.1, 2.2.2.2', 1, '2.2.2.2'],
    ['1.1.1.1,2.2.2.2', 2, '1.1.1.1'],
    ['1.1.1.1, 2.2.2.2', 3, '1.1.1.1'],
    ['2.2.2.2', 1, '2.2.2.2'],
    ['2.2.2.2:4711', 1, '2.2.2.2'],
    ['[2001:db8:1:2:3::4]:4711', 1, '2001:db8:1:2::/64'],
    ['nonsense, ', 1, '10.0.0.9'],
    ['2.2.2.2, made up', 1, '10.0.0.9'],
    [undefined, 1, '10.0.0.9'],
  ])('is that which the last of the trusted proxies saw: %s with %i', (forwarded, hops, expected) => {
    const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
    expect(clientAddress({ headers, socket: socketOf('10.0.0.9') }, hops)).toBe(expected);
  });

  it.each([
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:0001:2::', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['64:ff9b::192.0.2.1', '64:ff9b:0:0::/64'],
    [undefined, 'unknown'],
  ])('of IPv6 is the network of 64 bits: %s', (remote, expected) => {
    expect(clientAddress({ headers: {}, socket: socketOf(remote) }, 0)).toBe(expected);
  });
});

describe('a client', () => {
  const users = (userId: string | undefined, isKnown = true) => {
    const user = userId === undefined ? undefined : { userId, bucket: 1 };
    return { userOf: () => (isKnown ? user : Promise.resolve(user)) };
  };

  it('is a user, however many sessions there are, and at once when the user is known', async () => {
    const [one, other] = ['a', 'b'].map((id) => clientAt('192.0.2.1', { token: token(id), users: users('ann') }));
    expect(one?.id()).toBe('user ann');
    expect(other?.id()).toBe(one?.id());
    expect(await clientAt('192.0.2.1', { token: token('a'), users: users('ann', false) }).id()).toBe('user ann');
  });

  it('is an address with a session that has ended or that it made up', () => {
    expect(clientAt('192.0.2.1', { token: token('a'), users: users(undefined) }).id()).toBe('192.0.2.1');
    const forged = clientAt('192.0.2.1', { token: token('a', 'another'), secrets: [SECRET] });
    expect([forged.id(), forged.session]).toEqual(['192.0.2.1', undefined]);
    expect(clientAt('192.0.2.1').id()).toBe('192.0.2.1');
  });

  it('counts once for all the networks that one subscriber of IPv6 may have', () => {
    const [one, other] = ['2001:db8:1:2::9', '2001:db8:1:3::9'].map((address) => clientAt(address));
    expect([one?.id(), other?.id()]).toEqual(['2001:db8:1::/48', '2001:db8:1::/48']);
    expect(one?.address).not.toBe(other?.address);
  });

  it('is a well-signed session where no store can be asked', () => {
    const [a, b] = ['a', 'b'].map((id) => clientAt('192.0.2.1', { token: token(id), secrets: [SECRET] }).id());
    expect(a).toMatch(/^session /);
    expect(b).not.toBe(a);
  });

  it('shows nothing of itself in a log', () => {
    const client = clientAt('192.0.2.1', { token: token('a'), secrets: [SECRET] });
    expect(client.session).toBeDefined();
    expect(JSON.stringify({ client })).toBe('{"client":{}}');
    expect(inspect(client)).toBe('Client {}');
  });
});

import { Socket } from 'node:net';
import { Client, type ClientSettings } from '../../proxy/client/client';

export interface GivenClient extends Partial<ClientSettings> {
  /** What it presents as its session. */
  readonly token?: string;
}

/** A client at an address that a trusted proxy reports. */
export function clientAt(address: string, { token, ...settings }: GivenClient = {}): Client {
  const request = { headers: { 'x-forwarded-for': address }, socket: new Socket() };
  return new Client(request, token, { trustedHops: 1, secrets: [], users: undefined, ...settings });
}

/** One of several clients, each at an address of its own. */
export function clientOf(n: number, several = 5): Client {
  return clientAt(`192.0.2.${n % several}`);
}

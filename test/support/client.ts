import { Socket } from 'node:net';
import { Client, type ClientSettings } from '../../proxy/client/client';
import { clientAddress } from '../../proxy/client/client-address';

export interface GivenClient extends Partial<ClientSettings> {
  /** What it presents as its session. */
  readonly token?: string;
}

/** A client at an address that a trusted proxy reports. */
export function clientAt(address: string, { token, ...settings }: GivenClient = {}): Client {
  const request = { headers: { 'x-forwarded-for': address }, socket: new Socket() };
  return new Client(clientAddress(request, 1), { token }, { secrets: [], users: undefined, ...settings });
}

/** One of several clients, each at an address of its own. */
export function clientOf(n: number, several = 5): Client {
  return clientAt(`192.0.2.${n % several}`);
}

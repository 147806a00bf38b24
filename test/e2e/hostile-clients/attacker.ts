import { connect, type Socket } from 'node:net';
import { ATTACKS } from './attacks';

/** A hostile client as a process of its own: `attacker.ts <port> <attack>`. Says how many connections it has opened, and goes on until it is ended. */
const [port = '', name = ''] = process.argv.slice(2);
let opened = 0;

const open = (): Promise<Socket> =>
  new Promise((resolve) => {
    opened += 1;
    const socket = connect({ port: Number(port), host: '127.0.0.1', localAddress: '127.0.0.2', allowHalfOpen: true });
    socket.on('error', () => resolve(socket));
    socket.once('connect', () => resolve(socket));
    socket.resume();
  });

async function openMany(count: number): Promise<Socket[]> {
  const sockets: Socket[] = [];
  while (sockets.length < count) {
    const batch = Array.from({ length: Math.min(50, count - sockets.length) }, open);
    sockets.push(...(await Promise.all(batch)));
  }
  return sockets;
}

void ATTACKS.get(name)?.({ open, openMany }).then(() => process.send?.({ opened }));

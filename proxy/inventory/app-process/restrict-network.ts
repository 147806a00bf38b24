import net from 'node:net';
import { connectAddress } from '../../../shared/app-entry/connect-address';

/**
 * Refuses every connection that this process makes, but those to the embedded MongoDB. To be called before the app is loaded.
 *
 * @param mongoPort of the embedded MongoDB; undefined: connections to MongoDB are refused, too
 * @param onRefused gets the address
 */
export function restrictNetwork(mongoPort: number | undefined, onRefused: (address: string) => void): void {
  const prototype = net.Socket.prototype as { connect: (this: net.Socket, ...args: unknown[]) => net.Socket };
  const { connect } = prototype;
  prototype.connect = function (...args) {
    const address = connectAddress(args);
    if (mongoPort !== undefined && address === `127.0.0.1:${mongoPort}`) return connect.apply(this, args);
    onRefused(address);
    const error = new Error(`connect ECONNREFUSED ${address} (refused while banyan examines the app)`);
    process.nextTick(() => this.destroy(Object.assign(error, { code: 'ECONNREFUSED', syscall: 'connect' })));
    return this;
  };
}

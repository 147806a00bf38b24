import net from 'node:net';
import { changeMongoClients } from '../../../shared/app-entry/change-mongo-clients';
import { connectAddress } from '../../../shared/app-entry/connect-address';

const NOT_EMBEDDED = /^(tls|ssl|auth|replicaSet|srv|loadBalanced|directConnection|proxy|user|password|compressors)/i;

/**
 * Refuses every connection that this process makes, but those to the embedded MongoDB, to which every MongoClient of the app is led whatever its URI
 * says: no name is looked up, no password is sent. To be called before the app is loaded.
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
  if (mongoPort === undefined) return;
  changeMongoClients(({ uri, options }) => {
    const database = /^mongodb(?:\+srv)?:\/\/[^/]+(?:\/([^?]*))?/.exec(uri);
    const kept = Object.entries(options).filter(([name]) => !NOT_EMBEDDED.test(name));
    // The driver has its own words for what is no URI.
    return {
      uri: database === null ? uri : `mongodb://127.0.0.1:${mongoPort}/${database[1] ?? ''}`,
      options: Object.fromEntries(kept),
    };
  });
}

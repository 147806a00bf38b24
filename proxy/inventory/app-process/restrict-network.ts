import Module from 'node:module';
import net from 'node:net';

type Loader = (module: { exports: unknown }, file: string) => void;
type Options = Readonly<Record<string, unknown>>;
type ClientClass = new (uri: string, options?: Options) => object;
interface VersionThree {
  readonly prototype: {
    connect: (this: { readonly s: { url: string; options: Options } }, ...args: unknown[]) => unknown;
  };
}

/** Every version of the driver, wherever and under whatever name it is installed. */
const CLIENT_FILE = /[\\/]node_modules[\\/][^\\/]+[\\/]lib[\\/]mongo_client\.js$/;
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
    const address = addressOf(args);
    if (mongoPort !== undefined && address === `127.0.0.1:${mongoPort}`) return connect.apply(this, args);
    onRefused(address);
    const error = new Error(`connect ECONNREFUSED ${address} (refused while banyan examines the app)`);
    process.nextTick(() => this.destroy(Object.assign(error, { code: 'ECONNREFUSED', syscall: 'connect' })));
    return this;
  };
  if (mongoPort !== undefined) leadClientsTo(mongoPort);
}

/** Node's own callers pass one list `[options, callback]`. */
function addressOf(args: readonly unknown[]): string {
  const [first, second] = Array.isArray(args[0]) ? (args[0] as unknown[]) : args;
  if (typeof first !== 'object' || first === null)
    return typeof first === 'string' && Number.isNaN(Number(first))
      ? first
      : `${typeof second === 'string' ? second : 'localhost'}:${String(first)}`;
  const { path, host = 'localhost', port } = first as { path?: unknown; host?: unknown; port?: unknown };
  return typeof path === 'string' && port === undefined ? path : `${String(host)}:${String(port)}`;
}

function leadClientsTo(port: number): void {
  const extensions = (Module as unknown as { _extensions: Record<string, Loader | undefined> })._extensions;
  const load = extensions['.js'];
  if (load === undefined) throw new TypeError('This Node.js has no loader for .js');
  const embedded = (uri: string): string => {
    const database = /^mongodb(?:\+srv)?:\/\/[^/]+(?:\/([^?]*))?/.exec(uri);
    // The driver has its own words for what is no URI.
    return database === null ? uri : `mongodb://127.0.0.1:${port}/${database[1] ?? ''}`;
  };
  const plain = (options: Options): Options =>
    Object.fromEntries(Object.entries(options).filter(([name]) => !NOT_EMBEDDED.test(name)));
  extensions['.js'] = (module, file) => {
    load(module, file);
    if (!CLIENT_FILE.test(file)) return;
    const exports = module.exports as VersionThree | { MongoClient: ClientClass };
    if ('MongoClient' in exports) {
      const Client = exports.MongoClient;
      const Embedded = class extends Client {
        constructor(uri: string, options: Options = {}) {
          super(embedded(uri), plain(options));
        }
      };
      exports.MongoClient = Object.defineProperty(Embedded, 'name', { value: Client.name });
    } else {
      const { connect } = exports.prototype;
      exports.prototype.connect = function (...args) {
        this.s.url = embedded(this.s.url);
        this.s.options = plain(this.s.options);
        return connect.apply(this, args);
      };
    }
  };
}

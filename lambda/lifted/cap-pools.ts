import Module from 'node:module';

type Loader = (module: { exports: unknown }, file: string) => void;
interface Extensions {
  _extensions: Record<string, Loader | undefined>;
}
type ClientClass = new (uri: string, options?: Readonly<Record<string, unknown>>) => object;

/** What became of the clients of an app. */
export interface CappedPools {
  /** How many there are by now. */
  clients(): number;
}

/** In every version of the driver, wherever and under whatever name it is installed: mongoose and session stores bring their own. */
const CLIENT_FILE = /[\\/]node_modules[\\/][^\\/]+[\\/]lib[\\/]mongo_client\.js$/;

/**
 * Limits the pool of every MongoClient of the app, which the driver would let grow to 100 (version 3: to 5 or 10): an instance serves one request at a
 * time. Works by what `mongodb` exports once it is loaded, so it must be called before the app is.
 */
export function capPools(maxPoolSize: number): CappedPools {
  let clients = 0;
  const capped = { maxPoolSize, minPoolSize: 0 };
  const extensions = (Module as unknown as Extensions)._extensions;
  const load = extensions['.js'];
  if (load === undefined) throw new TypeError('This Node.js has no loader for .js');
  extensions['.js'] = (module, file) => {
    load(module, file);
    if (!CLIENT_FILE.test(file)) return;
    const exports = module.exports as VersionThree | { MongoClient: ClientClass };
    if ('MongoClient' in exports) exports.MongoClient = subclassOf(exports.MongoClient);
    else capVersion3(exports);
  };

  // Options win over those in the URI.
  function subclassOf(Client: ClientClass): ClientClass {
    const Capped = class extends Client {
      constructor(uri: string, options: Readonly<Record<string, unknown>> = {}) {
        super(uri, { ...options, ...capped });
        clients += 1;
      }
    };
    return Object.defineProperty(Capped, 'name', { value: Client.name });
  }

  function capVersion3({ prototype }: VersionThree): void {
    const connect = prototype.connect;
    prototype.connect = function (...args) {
      clients += 1;
      Object.assign(this.s.options, capped, { poolSize: maxPoolSize });
      return connect.apply(this, args);
    };
  }
  return { clients: () => clients };
}

interface VersionThree {
  readonly prototype: { connect: (this: { readonly s: { readonly options: object } }, ...args: unknown[]) => unknown };
}

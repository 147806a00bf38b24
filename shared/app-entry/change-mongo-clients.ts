import type { EventEmitter } from 'node:events';
import { afterLoading } from './after-loading';

/** What a MongoClient is made of. */
export interface ClientSettings {
  readonly uri: string;
  /** They win over those in the URI. */
  readonly options: Readonly<Record<string, unknown>>;
}
type ClientClass = new (uri: string, options?: ClientSettings['options']) => EventEmitter;
interface VersionThree {
  readonly prototype: { connect: (this: ClientOfVersionThree, ...args: unknown[]) => unknown };
}
interface ClientOfVersionThree extends EventEmitter {
  readonly s: { url: string; options: ClientSettings['options'] };
}

/** In every version of the driver, wherever and under whatever name it is installed: mongoose and session stores bring their own. */
const CLIENT_FILE = /[\\/]node_modules[\\/][^\\/]+[\\/]lib[\\/]mongo_client\.js$/;

/**
 * Changes the settings of every MongoClient of the app, of driver 3 to 7. Works by what `mongodb` exports once it is loaded, so it must be called before
 * the app is.
 *
 * @param change is called for each client; driver 3 has other names for some options
 * @param onClient gets each client, when it is made; of driver 3, when it connects
 */
export function changeMongoClients(
  change: (client: ClientSettings, driver: 'version 3' | 'later') => ClientSettings,
  onClient: (client: EventEmitter) => void = () => undefined,
): void {
  afterLoading(CLIENT_FILE, (module) => {
    const exports = module.exports as VersionThree | { MongoClient: ClientClass };
    if ('MongoClient' in exports) exports.MongoClient = subclassOf(exports.MongoClient);
    else changeVersion3(exports);
  });

  function subclassOf(Client: ClientClass): ClientClass {
    const Changed = class extends Client {
      constructor(uri: string, options: ClientSettings['options'] = {}) {
        const changed = change({ uri, options }, 'later');
        super(changed.uri, changed.options);
        onClient(this);
      }
    };
    return Object.defineProperty(Changed, 'name', { value: Client.name });
  }

  function changeVersion3({ prototype }: VersionThree): void {
    const { connect } = prototype;
    prototype.connect = function (...args) {
      const { uri, options } = change({ uri: this.s.url, options: this.s.options }, 'version 3');
      Object.assign(this.s, { url: uri, options });
      onClient(this);
      return connect.apply(this, args);
    };
  }
}

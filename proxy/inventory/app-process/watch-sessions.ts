import { createRequire } from 'node:module';
import { afterLoading } from '../../../shared/app-entry/after-loading';
import type { Handler } from './express-types';

/** As passport keeps it, since 0.1. */
export interface Passport {
  readonly _key?: string;
  readonly _serializers: readonly Handler[];
  readonly _deserializers: readonly Handler[];
}

export interface SessionWatch {
  /** What express-session was called with. */
  readonly options: Readonly<Record<string, unknown>>[];
  readonly passports: Set<Passport>;
}

type Register = (this: Passport, ...args: unknown[]) => unknown;

/**
 * Watches what the app passes to express-session and passport. To be called before the app is loaded.
 *
 * @param entry whose packages are loaded at once: some loaders of TypeScript load a package that is imported by themselves, but not one that is there
 */
export function watchSessions(entry: string): SessionWatch {
  const watch: SessionWatch = { options: [], passports: new Set() };
  afterLoading(/[\\/]node_modules[\\/]express-session[\\/]index\.js$/, (module) => {
    module.exports = new Proxy(module.exports as Handler, {
      apply(session, self, args: unknown[]) {
        watch.options.push((args[0] ?? {}) as Readonly<Record<string, unknown>>);
        return Reflect.apply(session, self, args) as unknown;
      },
    });
  });
  afterLoading(/[\\/]node_modules[\\/]passport[\\/]lib[\\/]authenticator\.js$/, (module) => {
    const { prototype } = module.exports as { prototype: { serializeUser: Register; deserializeUser: Register } };
    for (const name of ['serializeUser', 'deserializeUser'] as const) {
      const register = prototype[name];
      prototype[name] = function (...args) {
        watch.passports.add(this);
        return register.apply(this, args);
      };
    }
  });
  for (const name of ['express-session', 'passport'])
    try {
      createRequire(entry)(name);
    } catch {
      // The app does not use it.
    }
  return watch;
}

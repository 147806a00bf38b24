import Module from 'node:module';

/** What Node's types leave out of its loader of CommonJS modules. */
interface ModuleLoader {
  /** Runs a module, or returns what it exports if it has run. `isMain`: so that `require.main === module` holds in it. */
  _load: (...args: [request: string, parent?: unknown, isMain?: boolean]) => unknown;
  /** By absolute file. */
  readonly _cache: Record<string, unknown>;
  readonly _extensions: { '.js': (module: { exports: unknown }, file: string) => void };
}

export const moduleLoader = Module as typeof Module & ModuleLoader;

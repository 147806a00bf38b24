import { moduleLoader } from './module-loader';

/**
 * Calls back with each `.js` file of a CommonJS package once it has run, before its importer gets it: all copies, by whatever path, and for `import`
 * as well, which loads CommonJS in the same way. To be called before the app is loaded.
 */
export function afterLoading(isMeant: RegExp, change: (module: { exports: unknown }) => void): void {
  const extensions = moduleLoader._extensions;
  const load = extensions['.js'];
  extensions['.js'] = (module, file) => {
    load(module, file);
    if (isMeant.test(file)) change(module);
  };
}

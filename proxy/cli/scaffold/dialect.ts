import { readFileSync } from 'node:fs';
import path from 'node:path';
import { nearestManifest } from '../../../shared/app-entry/nearest-manifest';
import { ownProperty } from '../../../shared/session/own-property';

/** How a project writes its modules. */
export interface Dialect {
  readonly syntax: 'typescript' | 'esm' | 'commonjs';
  readonly extension: 'ts' | 'js';
  /** Whether `.js` files are ES modules here, in which imports of files have their extension. */
  readonly isModule: boolean;
}

/** By the configuration's own file, and by the nearest package.json. */
export function dialectOf(configFile: string): Dialect {
  const manifest = nearestManifest(path.dirname(configFile));
  const content: unknown = manifest === undefined ? undefined : JSON.parse(readFileSync(manifest, 'utf8'));
  const isModule = ownProperty(content, 'type') === 'module';
  if (/\.[cm]?ts$/.test(configFile)) return { syntax: 'typescript', extension: 'ts', isModule };
  return { syntax: isModule ? 'esm' : 'commonjs', extension: 'js', isModule };
}

export function importLine({ syntax }: Dialect, names: string, from: string): string {
  return syntax === 'commonjs' ? `const ${names} = require(${quoted(from)});` : `import ${names} from ${quoted(from)};`;
}

export function exported({ syntax }: Dialect, name: string, type = ''): string {
  if (syntax === 'commonjs') return `exports.${name} =`;
  return `export const ${name}${syntax === 'typescript' && type !== '' ? `: ${type}` : ''} =`;
}

/** How a file of `folder` imports another. */
export function specifier({ syntax, isModule }: Dialect, folder: string, file: string): string {
  const relative = path.relative(folder, file).replaceAll(path.sep, '/');
  const local = relative.startsWith('.') ? relative : `./${relative}`;
  if (syntax !== 'typescript') return isModule ? local : local.replace(/\.js$/, '');
  return isModule || /\.[cm]ts$/.test(local) ? local.replace(/ts$/, 'js') : local.replace(/\.ts$/, '');
}

/** As a JavaScript literal. */
export const quoted = (text: string): string => `'${text.replace(/[\\']/g, '\\$&').replaceAll('\n', '\\n')}'`;

/** As a key of an object literal. */
export const propertyKey = (name: string): string => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : quoted(name));

export const exportDefault = ({ syntax }: Dialect): string =>
  syntax === 'commonjs' ? 'module.exports =' : 'export default';

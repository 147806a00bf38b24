'use strict';

const { readFile, writeFile } = require('node:fs/promises');
const { createRequire } = require('node:module');
const path = require('node:path');
const { promisify } = require('node:util');
const fflate = require('fflate');

const { appTree } = require('./app-tree.js');
const { taskRootOf } = require('./task-root.js');
const { zipSizeFault } = require('./zip-size.js');

/** The same for the same files: deployments compare hashes. */
const MODIFIED = new Date('2026-01-01T00:00:00');
const READABLE_FILE = 0o100644 << 16;
const UNIX = 3;
const TYPESCRIPT = /(?<!\.d)\.(?<kind>[cm]?)ts$/;

/**
 * Completes the zips of lifted functions (a plugin of the Serverless Framework): next to the function, which was bundled into one file, it puts the
 * whole app and its production packages, as they are. TypeScript is compiled file by file.
 *
 * A function is lifted by `lifted: { app: <folder of the app's package.json>, exclude: [<what is not needed>] }`.
 */
module.exports = class LiftedApps {
  constructor(serverless, _options, { log }) {
    this.service = serverless.service;
    this.folder = serverless.serviceDir;
    this.log = log;
    serverless.configSchemaHandler.defineFunctionProperties('aws', {
      type: 'object',
      properties: {
        lifted: {
          type: 'object',
          properties: { app: { type: 'string' }, exclude: { type: 'array', items: { type: 'string' } } },
          required: ['app'],
          additionalProperties: false,
        },
      },
    });
    this.hooks = {
      'after:package:createDeploymentArtifacts': () => this.completeAll(),
      'after:deploy:function:packageFunction': () => this.completeAll(),
    };
  }

  async completeAll() {
    for (const [name, definition] of Object.entries(this.service.functions)) {
      if (definition.lifted !== undefined && definition.package?.artifact !== undefined)
        await this.complete(name, definition);
    }
  }

  async complete(name, definition) {
    const { app: relative, exclude = [] } = definition.lifted;
    const app = path.resolve(this.folder, relative);
    const root = taskRootOf(this.folder, app);
    const artifact = path.resolve(this.folder, definition.package.artifact);
    // From the root of the zip to what was bundled.
    const prefix = path.relative(root, this.folder).replaceAll(path.sep, '/');
    const inRoot = (file) => (prefix === '' ? file : `${prefix}/${file}`);

    const bundled = fflate.unzipSync(await readFile(artifact));
    const tree = await appTree({ app, root, exclude: [...exclude, ...this.ownFiles(app)] });
    const files = { ...(await contentsOf(tree, this.folder)) };
    // Named so because the app's package.json may say that `.js` is a module.
    const isModule = this.service.custom?.esbuild?.format === 'esm';
    for (const [file, content] of Object.entries(bundled))
      files[inRoot(isModule ? file : file.replace(/\.js$/, '.cjs'))] = content;
    this.check(name, inRoot(definition.handler), files);
    const entries = Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1));
    const zip = await promisify(fflate.zip)(
      Object.fromEntries(entries.map(([file, content]) => [file, [content, { os: UNIX, attrs: READABLE_FILE }]])),
      { mtime: MODIFIED },
    );
    await writeFile(artifact, zip);
    definition.handler = inRoot(definition.handler);
  }

  /** What of the service lies in the app's folder is not the app's. */
  ownFiles(app) {
    const own = path.relative(app, this.folder);
    return own === '' || own.startsWith('..') ? [] : [own];
  }

  check(name, handler, files) {
    const sizes = new Map(Object.entries(files).map(([file, content]) => [file, content.length]));
    const fault = zipSizeFault(name, handler, sizes);
    if (fault !== undefined) throw new Error(fault);
    const native = Object.keys(files).filter((file) => file.endsWith('.node'));
    if (native.length > 0) {
      this.log.warning(
        `${name}: ${native.length} native modules were built for this machine (${process.platform}-${process.arch}), such as ${native[0]}; package on the platform of the function`,
      );
    }
  }
};

/** The files' contents by their names in the zip, TypeScript as JavaScript unless that is there too. */
async function contentsOf(tree, folder) {
  const files = {};
  for (const [name, source] of tree) {
    const kind = TYPESCRIPT.exec(name)?.groups.kind;
    if (kind === undefined || name.includes('node_modules/')) {
      files[name] = await readFile(source);
      continue;
    }
    const compiled = name.replace(TYPESCRIPT, `.${kind}js`);
    if (!tree.has(compiled)) files[compiled] = await compile(source, kind, folder);
  }
  return files;
}

async function compile(source, kind, folder) {
  // The project's own: the bundler needs it anyhow.
  const { transform } = createRequire(path.join(folder, 'serverless.yml'))('esbuild');
  const { code } = await transform(await readFile(source, 'utf8'), {
    loader: 'ts',
    format: kind === 'm' || (kind === '' && (await isModule(path.dirname(source)))) ? 'esm' : 'cjs',
    platform: 'node',
    target: 'node20',
    sourcefile: source,
  });
  return Buffer.from(code);
}

/** By the nearest package.json, as Node decides for `.js`. */
async function isModule(folder) {
  const manifest = await readFile(path.join(folder, 'package.json'), 'utf8').catch(() => undefined);
  if (manifest !== undefined) return JSON.parse(manifest).type === 'module';
  return folder !== path.dirname(folder) && isModule(path.dirname(folder));
}

'use strict';

const { copyFile, mkdir, readFile } = require('node:fs/promises');
const path = require('node:path');

/**
 * Deploys zips that were built before instead of building them again (a plugin of the Serverless Framework): with `BANYAN_ZIPS`, the folder that
 * `banyan package` has left, every function is the zip of its name there. So each stage gets the very bytes that the stage before was tested with.
 */
module.exports = class PromotedZips {
  constructor(serverless, _options, { log }) {
    this.service = serverless.service;
    this.folder = serverless.serviceDir;
    this.log = log;
    const zips = process.env.BANYAN_ZIPS;
    this.hooks =
      zips === undefined || zips === ''
        ? {}
        : {
            // Before the bundler looks for functions that are its own.
            initialize: () => this.takeOver(path.resolve(zips)),
            'before:package:createDeploymentArtifacts': () => this.copy(path.resolve(zips)),
          };
  }

  async takeOver(zips) {
    const { functions } = JSON.parse(await readFile(path.join(zips, 'serverless-state.json'), 'utf8')).service;
    for (const [name, definition] of Object.entries(this.service.functions)) {
      const built = functions[name];
      if (built === undefined)
        throw new Error(`BANYAN_ZIPS: ${zips} has no function ${name}; package and deploy the same revision`);
      // The monolith is in the zip already, and the handler where it was put.
      delete definition.lifted;
      Object.assign(definition, { skipEsbuild: true, handler: built.handler });
    }
  }

  async copy(zips) {
    const folder = path.join(this.folder, '.serverless');
    await mkdir(folder, { recursive: true });
    // The bundler moves what it has built from here, and fails without it.
    await mkdir(path.join(this.folder, '.esbuild/.serverless'), { recursive: true });
    for (const [name, definition] of Object.entries(this.service.functions)) {
      const artifact = path.join('.serverless', `${name}.zip`);
      await copyFile(path.join(zips, `${name}.zip`), path.join(this.folder, artifact));
      definition.package = { ...definition.package, individually: true, artifact };
    }
    this.log.notice(`${Object.keys(this.service.functions).length} zips promoted from ${zips}`);
  }
};

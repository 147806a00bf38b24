'use strict';

const path = require('node:path');

/**
 * The folder that a lifted function's zip shows as its root: the nearest that holds both serverless.yml and the app.
 *
 * @param {string} service the folder of serverless.yml, absolute
 * @param {string} app the folder of the app, absolute
 */
function taskRootOf(service, app) {
  let root = service;
  while (path.relative(root, app).startsWith('..')) root = path.dirname(root);
  return root;
}

module.exports = { taskRootOf };

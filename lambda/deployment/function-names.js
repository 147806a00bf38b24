'use strict';

/**
 * The start of the logical ids of everything that the framework makes for a function: `get-event` is `GetDashevent`, so
 * that its role is `GetDasheventIamRoleLambdaExecution`.
 * @param {string} functionName its key in serverless.yml
 */
exports.logicalName = (functionName) =>
  (functionName[0] ?? '').toUpperCase() + functionName.slice(1).replaceAll('-', 'Dash').replaceAll('_', 'Underscore');

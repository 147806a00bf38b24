'use strict';

const { logicalName } = require('./function-names.js');

/**
 * Takes unneeded permissions from the roles. Each function has a role of its own (`iamRoleStatements`, which must stand at every
 * function, if only as []):
 *
 * - In the VPC it would get AWSLambdaVPCAccessExecutionRole, which lets it write to every log group. What the VPC needs is in
 *   `custom.insideVpc` instead.
 * - The framework's role for all functions is a leftover without users: it is not created.
 *
 * With `custom.stage.permissionsBoundary`, the ARN of a managed policy, no role may do more than that permits.
 */
module.exports = async ({ resolveConfigurationProperty }) => {
  const functions = await resolveConfigurationProperty(['functions']);
  const shared = Object.entries(functions).filter(([, { iamRoleStatements }]) => iamRoleStatements === undefined);
  if (shared.length > 0) {
    const names = shared.map(([name]) => name).join(', ');
    throw new Error(`serverless.yml: iamRoleStatements is missing for ${names}; write [] if no permissions are needed`);
  }
  const boundary = (await resolveConfigurationProperty(['custom', 'stage']))?.permissionsBoundary;
  const roles = Object.keys(functions).map((name) => [
    `${logicalName(name)}IamRoleLambdaExecution`,
    { Properties: { ManagedPolicyArns: [], ...(boundary !== undefined && { PermissionsBoundary: boundary }) } },
  ]);
  return {
    Conditions: { Never: { 'Fn::Equals': ['', 'never'] } },
    extensions: {
      ...Object.fromEntries(roles),
      IamRoleLambdaExecution: { Condition: 'Never', Properties: { Policies: [], ManagedPolicyArns: [] } },
    },
  };
};

'use strict';

const { createHash } = require('node:crypto');

/** CloudFormation takes 500 resources a stack. Up to here all are in one; the rest is room for the paths of later routes. */
const ONE_STACK_UP_TO = 300;
/** Never to be changed once a service is split: each stack would lose functions to the others, and their names are taken. */
const NESTED_STACKS = 8;

/** What goes with its function. The rest stays: the API and its paths, and permissions of schedules, which wait for their rule. */
const OF_FUNCTION =
  /^(?<name>\w+?)(?:LambdaFunction|LogGroup|IamRoleLambdaExecution|LambdaPermissionApiGateway|(?:Errors|Throttles)Alarm)$/;

/**
 * Where a resource goes (the `custom` strategy of serverless-plugin-split-stacks): by its function into one of a fixed
 * number of nested stacks, once the service has outgrown one. What is deployed already stays where it is: the plugin
 * looks it up.
 * @this {{ plugin: { resourcesById: Record<string, { Type: string }> } }}
 */
module.exports = function destinationOf(resource, logicalId) {
  const { resourcesById } = this.plugin;
  if (Object.keys(resourcesById).length <= ONE_STACK_UP_TO) return undefined;
  const name =
    resource.Type === 'AWS::ApiGateway::Method' ? calledBy(resource) : OF_FUNCTION.exec(logicalId)?.groups?.name;
  const lambdaFunction = resourcesById[`${name}LambdaFunction`];
  if (lambdaFunction === undefined || isAuthorizer(name, resourcesById)) return undefined;
  const digest = createHash('sha256').update(name).digest();
  return { destination: `Functions${digest.readUInt16BE() % NESTED_STACKS}` };
};

/** The function in `{Fn::GetAtt: [XLambdaFunction, Arn]}` of an integration or of an authorizer's address. */
function calledBy(resource) {
  return /"Fn::GetAtt":\["(\w+)LambdaFunction","Arn"\]/.exec(JSON.stringify(resource))?.[1];
}

/** Methods refer to the authorizer, which refers to its function: in one nested stack with methods that would be a circle. */
function isAuthorizer(name, resourcesById) {
  const authorizers = Object.values(resourcesById).filter(({ Type }) => Type === 'AWS::ApiGateway::Authorizer');
  // One that waits for a route has no such resource yet, and must not move when it gets one.
  return /authorizer$/i.test(name) || authorizers.some((authorizer) => calledBy(authorizer) === name);
}

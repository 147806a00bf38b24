'use strict';

const AFTER_RESOURCES = 'after:aws:package:finalize:mergeCustomProviderResources';

/**
 * Ties the stage of api-stage.yml to the framework's deployment, whose name is new each time (a plugin of the Serverless Framework):
 *
 * - The deployment makes no stage of its own. CloudFormation refuses a description of a stage that exists, so it could not be changed.
 * - It waits for the gateway responses. A deployment takes those that exist; a later one would be missing until the next.
 * - Without `gateway.accessLog` of the stage there is no access log: it needs a role in the account's settings of API Gateway.
 */
module.exports = class ApiStage {
  constructor(serverless) {
    this.service = serverless.service;
    this.hooks = { [AFTER_RESOURCES]: () => this.bindStage() };
  }

  bindStage() {
    const { provider, custom } = this.service;
    const { Resources } = provider.compiledCloudFormationTemplate;
    bindStage(Resources, { hasAccessLog: custom.stage.gateway.accessLog === true });
  }
};

/** Changes the resources of a template by their logical ids. */
function bindStage(resources, { hasAccessLog }) {
  const idsOf = (type) => Object.keys(resources).filter((id) => resources[id].Type === type);
  const [deploymentId, ...others] = idsOf('AWS::ApiGateway::Deployment');
  if (deploymentId === undefined || others.length > 0) {
    throw new Error(
      `serverless.yml: expected one deployment of one REST API, found ${others.length === 0 ? 'none' : 'several'}`,
    );
  }
  const deployment = resources[deploymentId];
  delete deployment.Properties.StageName;
  deployment.DependsOn = [...deployment.DependsOn, ...idsOf('AWS::ApiGateway::GatewayResponse')];
  resources.ApiGatewayStage.Properties.DeploymentId = { Ref: deploymentId };
  if (!hasAccessLog) {
    delete resources.ApiGatewayStage.Properties.AccessLogSetting;
    delete resources.ApiGatewayAccessLog;
  }
}
module.exports.bindStage = bindStage;

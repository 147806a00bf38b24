import type { GatewayResponseDefinition } from './api';
import type { Faults } from './faults';
import { isGatewayResponseType } from './gateway-response-types';
import { resourcesOf } from '../../serverless-file/read-service';
import type { Value } from '../../serverless-file/value';

/** Quotes inside a literal belong to it, as in `'default-src 'none''`. */
const MAPPING = /^(?:'.*'|method\.request\.(?:header|querystring|path)\.[\w-]+|context\.[\w.]+)$/;
/** Velocity directives and helpers: gateway responses know only simple variable substitution. */
const VELOCITY = /#(?:set|if|else|elseif|end|foreach)\b|\$(?:input|util)\b/;

/**
 * The `AWS::ApiGateway::GatewayResponse` resources under `resources.Resources`, by response type.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-apigateway-gatewayresponse.html
 */
export function readGatewayResponses(root: Value, faults: Faults): ReadonlyMap<string, GatewayResponseDefinition> {
  const responses = new Map<string, GatewayResponseDefinition>();
  for (const [, resource] of resourcesOf(root)) {
    if (resource.get('Type')?.text !== 'AWS::ApiGateway::GatewayResponse') continue;
    const type = resource.get('Properties.ResponseType')?.text ?? '';
    if (!isGatewayResponseType(type)) faults.add(resource, `ResponseType ${JSON.stringify(type)} does not exist`);
    if (responses.has(type)) faults.add(resource, `there is a second gateway response ${type}`);
    responses.set(type, {
      statusCode: readStatus(resource.get('Properties.StatusCode'), faults),
      headers: readHeaders(resource.get('Properties.ResponseParameters'), faults),
      templates: readTemplates(resource.get('Properties.ResponseTemplates'), faults),
    });
  }
  return responses;
}

function readStatus(value: Value | undefined, faults: Faults): number | undefined {
  if (value === undefined) return undefined;
  const status = Number(value.primitive);
  if (Number.isInteger(status) && status >= 200 && status <= 599) return status;
  faults.add(value, `StatusCode ${value.describe()} is not an HTTP status from 200 to 599`);
  return undefined;
}

function readHeaders(value: Value | undefined, faults: Faults): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [key, parameter] of value?.entries ?? []) {
    const name = /^gatewayresponse\.header\.([!#$%&*+.^`|~\w'-]+)$/.exec(key)?.[1];
    const mapping = parameter.text;
    if (name === undefined) faults.add(parameter, `${key} is not supported, only gatewayresponse.header.X`);
    else if (mapping === undefined || !MAPPING.test(mapping)) {
      faults.add(
        parameter,
        `${key}: ${parameter.describe()} is neither "'a literal in quotes'" nor method.request... nor context...`,
      );
    } else headers[name] = mapping;
  }
  return headers;
}

function readTemplates(value: Value | undefined, faults: Faults): Record<string, string> {
  const templates: Record<string, string> = {};
  for (const [contentType, template] of value?.entries ?? []) {
    const text = template.text;
    if (text === undefined || VELOCITY.test(text)) {
      faults.add(template, `template for ${contentType}: only a text with $context... variables is supported`);
    } else templates[contentType] = text;
  }
  return templates;
}

import { loadAwsServiceSpecSync } from '@aws-cdk/aws-service-spec';
import type { Property, PropertyType, Resource, SpecDatabase } from '@aws-cdk/service-spec-types';

import { referencesIn, type CloudFormationResource, type CloudFormationTemplate } from './template';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
const LIMITS = { Resources: 500, Outputs: 200, Parameters: 200 } as const;
const TEMPLATE_LIMIT_BYTES = 1_000_000;

const PSEUDO_PARAMETERS = new Set(
  ['AccountId', 'NotificationARNs', 'NoValue', 'Partition', 'Region', 'StackId', 'StackName', 'URLSuffix'].map(
    (name) => `AWS::${name}`,
  ),
);

let database: SpecDatabase | undefined;

/** AWS's resource types, properties, attributes and metrics: what the CDK is generated from. */
export function serviceSpec(): SpecDatabase {
  database ??= loadAwsServiceSpecSync();
  return database;
}

/**
 * Checks a template against AWS's own resource schemas: unknown types and properties, missing ones, wrong types of values, references
 * to what is not there, circles of dependencies, and the limits of one stack.
 *
 * @returns a sentence for each fault, beginning with the place
 */
export function templateFaults(template: CloudFormationTemplate): readonly string[] {
  const resources = Object.entries(template.Resources);
  const bytes = Buffer.byteLength(JSON.stringify(template));
  return [
    ...Object.entries(LIMITS).flatMap(([part, limit]) => {
      const count = Object.keys(template[part as keyof typeof LIMITS]).length;
      return count > limit ? [`${part}: ${count}, more than ${limit} in one stack`] : [];
    }),
    ...(bytes > TEMPLATE_LIMIT_BYTES ? [`template: ${bytes} bytes, more than ${TEMPLATE_LIMIT_BYTES}`] : []),
    ...resources.flatMap(([id, resource]) => resourceFaults(id, resource, template)),
    ...Object.entries(template.Outputs).flatMap(([id, output]) => referenceFaults(`Outputs.${id}`, output, template)),
    ...circleFaults(template),
  ];
}

function resourceFaults(
  id: string,
  { Type, Properties, DependsOn, Condition }: CloudFormationResource,
  template: CloudFormationTemplate,
): string[] {
  const [spec] = serviceSpec().lookup('resource', 'cloudFormationType', 'equals', Type);
  if (spec === undefined) return [`${id}: there is no resource type ${Type}`];
  return [
    ...objectFaults(id, Properties, spec.properties),
    ...referenceFaults(id, Properties, template),
    ...[DependsOn]
      .flat()
      .filter((other) => !Object.hasOwn(template.Resources, other))
      .map((other) => `${id}: depends on ${other}, which is not in the template`),
    ...(Condition === undefined || Object.hasOwn(template.Conditions, Condition)
      ? []
      : [`${id}: there is no condition ${Condition}`]),
  ];
}

function objectFaults(place: string, value: object, properties: Readonly<Record<string, Property>>): string[] {
  const given = Object.entries(value);
  const missing = Object.entries(properties).filter(([name, { required }]) => required === true && !(name in value));
  return [
    ...missing.map(([name]) => `${place}: ${name} is missing`),
    ...given.flatMap(([name, content]: [string, unknown]) => {
      const property = properties[name];
      if (property === undefined) return [`${place}: there is no property ${name}`];
      // Where a type was corrected later, both are taken.
      return fewestFaults([property.type, ...(property.previousTypes ?? [])], (type) =>
        valueFaults(`${place}.${name}`, content, type),
      );
    }),
  ];
}

function valueFaults(place: string, value: unknown, type: PropertyType): string[] {
  // What it will be is known to CloudFormation alone.
  if (isIntrinsic(value)) return [];
  const expected = (kind: string, fits: boolean) =>
    fits ? [] : [`${place}: expected ${kind}, found ${JSON.stringify(value)}`];
  switch (type.type) {
    case 'string':
    case 'date-time':
      return expected('a text', typeof value === 'string');
    case 'integer':
      return expected('a whole number', Number.isInteger(value));
    case 'number':
      return expected('a number', typeof value === 'number');
    case 'boolean':
      return expected('true or false', typeof value === 'boolean');
    case 'json':
      return expected('JSON', typeof value === 'object' && value !== null);
    case 'null':
      return expected('null', value === null);
    case 'tag':
      return expected('a tag', isMap(value) && 'Key' in value && 'Value' in value);
    case 'array':
      if (!Array.isArray(value)) return expected('a list', false);
      return value.flatMap((item, index) => valueFaults(`${place}[${index}]`, item, type.element));
    case 'map':
      if (!isMap(value)) return expected('a map', false);
      return Object.entries(value).flatMap(([key, item]) => valueFaults(`${place}.${key}`, item, type.element));
    case 'union':
      return fewestFaults(type.types, (one) => valueFaults(place, value, one));
    case 'ref':
      if (!isMap(value)) return expected('an object', false);
      return objectFaults(place, value, serviceSpec().get('typeDefinition', type.reference).properties);
  }
}

function fewestFaults<T>(types: readonly T[], faultsOf: (type: T) => string[]): string[] {
  return types.map(faultsOf).reduce((best, faults) => (faults.length < best.length ? faults : best));
}

function referenceFaults(place: string, value: unknown, { Resources, Parameters }: CloudFormationTemplate): string[] {
  return referencesIn(value).flatMap(({ target, attribute }) => {
    if (PSEUDO_PARAMETERS.has(target) || (attribute === undefined && Object.hasOwn(Parameters, target))) return [];
    const resource = Resources[target];
    if (resource === undefined) return [`${place}: refers to ${target}, which is not in the template`];
    if (attribute === undefined) return [];
    const [spec] = serviceSpec().lookup('resource', 'cloudFormationType', 'equals', resource.Type);
    return spec === undefined || hasAttribute(spec, attribute)
      ? []
      : [`${place}: ${resource.Type} has no attribute ${attribute}`];
  });
}

/** A nested stack's outputs are its own. */
function hasAttribute({ cloudFormationType, attributes }: Resource, attribute: string): boolean {
  if (cloudFormationType === 'AWS::CloudFormation::Stack' && attribute.startsWith('Outputs.')) return true;
  return Object.hasOwn(attributes, attribute);
}

/** CloudFormation makes one resource after another: none may wait for itself. */
function circleFaults({ Resources }: CloudFormationTemplate): string[] {
  const done = new Set<string>();
  const visit = (id: string, way: readonly string[]): string[] => {
    if (way.includes(id)) return [`${[...way.slice(way.indexOf(id)), id].join(' -> ')}: a circle of dependencies`];
    const resource = Resources[id];
    if (resource === undefined || done.has(id)) return [];
    const needs = new Set([
      ...[resource.DependsOn].flat(),
      ...referencesIn(resource.Properties).map(({ target }) => target),
    ]);
    const faults = [...needs].flatMap((other) => visit(other, [...way, id]));
    done.add(id);
    return faults;
  };
  return Object.keys(Resources).flatMap((id) => visit(id, []));
}

function isIntrinsic(value: unknown): boolean {
  if (!isMap(value)) return false;
  const keys = Object.keys(value);
  return keys.length === 1 && (keys[0] === 'Ref' || keys[0]?.startsWith('Fn::') === true);
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

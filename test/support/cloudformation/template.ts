import { readFile } from 'node:fs/promises';

import { z } from 'zod';

const Resource = z.object({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
  DependsOn: z.union([z.string(), z.array(z.string())]).default([]),
  Condition: z.string().optional(),
});

const Template = z.object({
  Parameters: z.record(z.string(), z.unknown()).default({}),
  Conditions: z.record(z.string(), z.unknown()).default({}),
  Resources: z.record(z.string(), Resource),
  Outputs: z.record(z.string(), z.unknown()).default({}),
});

export type CloudFormationResource = z.infer<typeof Resource>;
export type CloudFormationTemplate = z.infer<typeof Template>;

/** A resource with its logical id. */
export interface NamedResource extends CloudFormationResource {
  readonly id: string;
}

/** @throws ZodError when it has not the shape of a template */
export function parseTemplate(content: unknown): CloudFormationTemplate {
  return Template.parse(content);
}

export async function readTemplate(file: string): Promise<CloudFormationTemplate> {
  return parseTemplate(JSON.parse(await readFile(file, 'utf8')));
}

/** Those of a type (`AWS::SQS::Queue`, or `AWS::EC2::` for all of a service) that will be created: without a condition. */
export function resourcesOf({ Resources }: CloudFormationTemplate, type: string): readonly NamedResource[] {
  return Object.entries(Resources)
    .filter(([, { Type, Condition }]) => Type.startsWith(type) && Condition === undefined)
    .map(([id, resource]) => ({ ...resource, id }));
}

/** `{Ref: X}`, `{Fn::GetAtt: [X, attribute]}` and the `${X}`, `${X.attribute}` of Fn::Sub. */
export interface TemplateReference {
  readonly target: string;
  /** Undefined for a Ref. */
  readonly attribute: string | undefined;
}

/** Everything that a value of a template refers to, pseudo parameters (`AWS::Region`) included. */
export function referencesIn(value: unknown): readonly TemplateReference[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, content]: [string, unknown]) => {
    if (key === 'Ref' && typeof content === 'string') return [{ target: content, attribute: undefined }];
    if (key === 'Fn::GetAtt') return [getAttribute(content)];
    if (key === 'Fn::Sub') return substituted(content);
    return referencesIn(content);
  });
}

/** The one that a value is, such as `{Ref: 'Queue'}`; undefined for anything else. */
export function referenceOf(value: unknown): TemplateReference | undefined {
  const [first, ...others] = referencesIn(value);
  const isOne = others.length === 0 && typeof value === 'object' && value !== null && Object.keys(value).length === 1;
  return isOne ? first : undefined;
}

function getAttribute(content: unknown): TemplateReference {
  const parts: unknown[] = Array.isArray(content) ? content : String(content).split('.');
  const [target, ...attribute] = parts.map(String);
  return { target: target ?? '', attribute: attribute.join('.') };
}

function substituted(content: unknown): readonly TemplateReference[] {
  const [text, variables] = Array.isArray(content) ? (content as readonly unknown[]) : [content, {}];
  const own = new Set(Object.keys(variables ?? {}));
  const used = [...String(text).matchAll(/\$\{(?!!)([^}.]+)\.?([^}]*)\}/g)]
    .filter(([, target = '']) => !own.has(target))
    .map(([, target = '', attribute = '']) => ({ target, attribute: attribute === '' ? undefined : attribute }));
  return [...used, ...referencesIn(variables)];
}

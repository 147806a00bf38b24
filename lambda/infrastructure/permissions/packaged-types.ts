import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import recorded from './resource-types.json';

const ROOT = path.join(__dirname, '../../..');

/** Where `npm run package` and `npm run package:infra` leave the templates. */
export const TEMPLATES = {
  api: path.join(ROOT, '.serverless/cloudformation-template-update-stack.json'),
  infra: path.join(ROOT, 'lambda/eventsapp/infra/.serverless/cloudformation-template-update-stack.json'),
} as const;

export type TemplateName = keyof typeof TEMPLATES;

/** Resource types of the templates, as recorded, so that synthesis needs no packaging. */
export const RECORDED: Readonly<Record<TemplateName, readonly string[]>> = recorded;

interface Template {
  readonly Resources: Readonly<
    Record<string, { readonly Type: string; readonly Properties?: { readonly Policies?: readonly Policy[] } }>
  >;
}

interface Policy {
  readonly PolicyDocument: {
    readonly Statement: readonly { readonly Effect: string; readonly Action: string | readonly string[] }[];
  };
}

function packagedResources(name: TemplateName): readonly Template['Resources'][string][] | undefined {
  const file = TEMPLATES[name];
  if (!existsSync(file)) return undefined;
  return Object.values((JSON.parse(readFileSync(file, 'utf8')) as Template).Resources);
}

/** Resource types of a packaged template, sorted; undefined when nothing is packaged. */
export function packagedTypes(name: TemplateName): readonly string[] | undefined {
  const resources = packagedResources(name);
  return resources && [...new Set(resources.map(({ Type }) => Type))].sort();
}

/** What the roles of packaged functions allow, sorted; undefined when nothing is packaged. */
export function packagedRoleActions(): readonly string[] | undefined {
  const policies = packagedResources('api')?.flatMap(({ Type, Properties }) =>
    Type === 'AWS::IAM::Role' ? (Properties?.Policies ?? []) : [],
  );
  const statements = policies?.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
  const allowed = statements?.flatMap(({ Effect, Action }) => (Effect === 'Allow' ? Action : []));
  return allowed && [...new Set(allowed)].sort();
}

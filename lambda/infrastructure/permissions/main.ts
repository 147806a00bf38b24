import { parseArgs } from 'node:util';
import { deployedService } from './deployed-service';
import { deriveStatements, packPolicies, policyDocument, sizeOf } from './derive';
import { packagedTypes, RECORDED } from './packaged-types';

const HELP = `npm run permissions -- --stage <stage>: what the deployer of a stage may do, derived from the resource types of its templates.

  --stage <stage>   dev, or a stage of stages.ts
  --json            print the documents of its managed policies

Reads the templates left by "npm run package" and "npm run package:infra", or else the types recorded in resource-types.json.
`;

function main(): void {
  const { values } = parseArgs({
    options: { stage: { type: 'string' }, json: { type: 'boolean' }, help: { type: 'boolean' } },
  });
  if (values.help || values.stage === undefined) {
    process.stdout.write(HELP);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  const packaged = { api: packagedTypes('api'), infra: packagedTypes('infra') };
  const types = { api: packaged.api ?? RECORDED.api, infra: packaged.infra ?? RECORDED.infra };
  const statements = deriveStatements(deployedService(values.stage, types));
  const documents = packPolicies(statements).map(policyDocument);
  if (values.json) {
    process.stdout.write(`${JSON.stringify(documents, null, 2)}\n`);
    return;
  }
  for (const { Action, Resource, Condition, why } of statements) {
    process.stdout.write(`\n${Resource.join('\n')}\n`);
    if (why !== undefined) process.stdout.write(`  # ${why}\n`);
    if (Condition !== undefined) process.stdout.write(`  if ${JSON.stringify(Condition)}\n`);
    for (const action of Action) process.stdout.write(`  ${action}\n`);
  }
  const actions = new Set(statements.flatMap(({ Action }) => Action));
  const from = packaged.api === undefined ? 'recorded' : 'packaged';
  process.stdout.write(
    `\n${values.stage}: ${actions.size} actions in ${statements.length} statements, ${documents.length} managed policies of ${documents.map(sizeOf).join(' and ')} characters; types as ${from}\n`,
  );
}

main();

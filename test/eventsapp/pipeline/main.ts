import { parseArgs } from 'node:util';
import { BREAKS, rehearse } from './rehearse';
import * as steps from './steps';

const HELP = `npm run pipeline -- <step>: the steps of lambda/infrastructure/buildspecs, one command each.

  build                                      package once, into .artefact/
  config-check --stage <stage>               is every secret in its store, and all else that a deployment needs?
  deploy --stage <stage> --package <folder>  infrastructure, then the API, from the zips of build
  export-outputs --stage <stage>             what the stacks put out, as .outputs/<stage>.env
  smoke --stage <stage>                      smoke tests with what export-outputs wrote, and with the secret banyan/<stage>/smoke-token
  e2e --outputs <file>                       the route tests over HTTP, by way of the stage's proxy
  roll-back-routes --stage <stage>           every listed route back to legacy, by a task of the proxy in PROXY_CLUSTER
                                             --after-smoke: unless the build has succeeded so far (CODEBUILD_BUILD_SUCCEEDING)
  roll-back-stage --stage <stage>            PIPELINE runs the stage again with what passed it last
  publish-routes                             the checked route table to ROUTES_FILE (s3://bucket/key);
                                             ROUTES=all-on-lambda: with every route on Lambda, without fallback and guard
  rehearse [--break <fault>] [--from <step>] the buildspecs in the pipeline's order, on this machine against stand-ins of the stages

  --break  ${BREAKS.join(', ')}: what the pipeline does then; takes the artefact of the last rehearsal
  --from   the first step, such as package: what was run before is not run again

Variables: DEPLOYER_ROLE_ARN, a role of the stage's account to act as
Exit codes: 0 done, 1 the step has failed, 2 usage error
`;

async function main(): Promise<number> {
  const text = { type: 'string' } as const;
  const options = {
    stage: text,
    package: text,
    outputs: text,
    break: text,
    from: text,
    'after-smoke': { type: 'boolean' },
    help: { type: 'boolean' },
  } as const;
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const [step = '', ...others] = positionals;
  const usage = (message: string): number => {
    process.stderr.write(`pipeline: ${message}; --help lists the steps\n`);
    return 2;
  };
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  if (others.length > 0) return usage(`${others.join(' ')}: one step at a time`);
  const known: Readonly<Record<string, (options: steps.StepOptions) => Promise<void>>> = {
    build: steps.build,
    'config-check': steps.configCheck,
    deploy: steps.deploy,
    'export-outputs': steps.exportOutputs,
    smoke: steps.smoke,
    e2e: steps.e2e,
    'roll-back-routes': steps.rollBackRoutes,
    'roll-back-stage': steps.rollBackStageStep,
    'publish-routes': steps.publishRoutes,
  };
  if (step === 'rehearse') {
    const fault = BREAKS.find((one) => one === values.break);
    if (values.break !== undefined && fault === undefined)
      return usage(`--break is ${values.break}; expected ${BREAKS.join(' or ')}`);
    return (await rehearse({ fault, from: values.from })) ? 0 : 1;
  }
  if (!Object.hasOwn(known, step)) return usage(step === '' ? 'no step is named' : `there is no step ${step}`);
  const { stage = '' } = values;
  if (/^(?:config-check|deploy|export-outputs|smoke|roll-back-(?:routes|stage))$/.test(step) && !/^[\w-]+$/.test(stage))
    return usage(`${step} needs --stage, such as test`);
  await known[step]?.({ env: process.env, ...values, stage });
  return 0;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`pipeline: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = error instanceof TypeError && 'code' in error ? 2 : 1;
  },
);

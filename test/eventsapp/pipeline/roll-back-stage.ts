import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Environment } from 'banyan-strangler/lambda';
import { askAws } from './aws-cli';
import { StepFailed } from './run-command';

// What is read of the command line's answers.
const Execution = z.object({ pipelineExecutionId: z.string(), status: z.string(), type: z.string().optional() });
const State = z.object({
  stageStates: z.array(z.object({ stageName: z.string(), latestExecution: Execution.optional() })),
});
const Passed = z.object({
  pipelineExecutionSummaries: z.array(
    z.object({ pipelineExecutionId: z.string(), executionType: z.string().optional() }),
  ),
});

const TRIES = 24;
const PAUSE = 5_000;

interface StageOfPipeline {
  readonly pipeline: string;
  readonly stage: string;
  /** Between two looks at a stage that still runs, in ms. */
  readonly pause?: number;
}

/**
 * Has CodePipeline run a stage again with what passed it last, artefacts included. What was put back itself is not put back again: that would go on
 * for ever.
 *
 * @returns what was done, for the log
 * @throws StepFailed when a person must look
 * @see https://docs.aws.amazon.com/codepipeline/latest/userguide/stage-rollback.html
 */
export async function rollBackStage(
  { pipeline, stage, pause = PAUSE }: StageOfPipeline,
  env: Environment,
): Promise<string> {
  const { status, type, pipelineExecutionId: failed } = await ended({ pipeline, stage, pause }, env);
  if (status === 'Succeeded') return `${stage} has succeeded since: nothing is put back`;
  if (type === 'ROLLBACK')
    throw new StepFailed(
      `${stage} failed with what was put back (${failed}): it is not put back again, a person must look`,
    );
  const filter = `succeededInStage={stageName=${stage}}`;
  const answer = await askAws(
    ['codepipeline', 'list-pipeline-executions', '--pipeline-name', pipeline, '--filter', filter],
    env,
  );
  // Newest first. CodePipeline refuses to go back to a roll back.
  const target = Passed.parse(answer).pipelineExecutionSummaries.find(
    ({ executionType, pipelineExecutionId }) => executionType !== 'ROLLBACK' && pipelineExecutionId !== failed,
  );
  if (target === undefined)
    throw new StepFailed(`nothing has passed ${stage} of ${pipeline} before: there is nothing to put back`);
  const { pipelineExecutionId } = target;
  await askAws(
    [
      ...['codepipeline', 'rollback-stage', '--pipeline-name', pipeline, '--stage-name', stage],
      ...['--target-pipeline-execution-id', pipelineExecutionId],
    ],
    env,
  );
  return `${stage} runs again with the artefacts of execution ${pipelineExecutionId}`;
}

/** The stage's latest execution; an action has ended some seconds before its stage. */
async function ended(
  { pipeline, stage, pause }: Required<StageOfPipeline>,
  env: Environment,
): Promise<z.infer<typeof Execution>> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const { stageStates } = State.parse(await askAws(['codepipeline', 'get-pipeline-state', '--name', pipeline], env));
    const latest = stageStates.find(({ stageName }) => stageName === stage)?.latestExecution;
    if (latest === undefined) throw new StepFailed(`${pipeline} has not run a stage ${stage}`);
    if (latest.status !== 'InProgress' && latest.status !== 'Stopping') return latest;
    await sleep(pause);
  }
  throw new StepFailed(`${stage} of ${pipeline} still runs: it can be put back only once it has ended`);
}

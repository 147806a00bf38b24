import { fakeAwsCli } from './fake-aws-cli';
import { rollBackStage } from './roll-back-stage';

describe('a stage is put back', () => {
  const aws = fakeAwsCli();
  afterAll(() => aws.remove());

  const inStage = (status: string, type = 'STANDARD') => ({
    stageStates: [
      {
        stageName: 'staging',
        latestExecution: { pipelineExecutionId: 'other', status: 'Succeeded', type: 'STANDARD' },
      },
      { stageName: 'prod', latestExecution: { pipelineExecutionId: 'failed', status, type } },
    ],
  });
  const passed = {
    pipelineExecutionSummaries: [
      { pipelineExecutionId: 'failed', executionType: 'STANDARD' },
      { pipelineExecutionId: 'put-back', executionType: 'ROLLBACK' },
      { pipelineExecutionId: 'good', executionType: 'STANDARD' },
      { pipelineExecutionId: 'older', executionType: 'STANDARD' },
    ],
  };
  const rollBack = (state: object, executions: object = passed): Promise<string> => {
    aws.answer({
      'get-pipeline-state': state,
      'list-pipeline-executions': executions,
      'rollback-stage': { pipelineExecutionId: 'new' },
    });
    return rollBackStage({ pipeline: 'banyan', stage: 'prod', pause: 0 }, aws.env);
  };
  const asked = () => aws.asked().map(([subcommand]) => subcommand);

  it.each(['Failed', 'Stopped', 'Cancelled'])('%s: to what passed it last and was no roll back', async (status) => {
    expect(await rollBack(inStage(status))).toBe('prod runs again with the artefacts of execution good');
    expect(aws.asked().at(-1)?.join(' ')).toBe(
      'rollback-stage --pipeline-name banyan --stage-name prod --target-pipeline-execution-id good --output json',
    );
  });

  it.each([
    ['it was put back already', inStage('Failed', 'ROLLBACK'), passed, 'it is not put back again, a person must look'],
    ['it never ended', inStage('InProgress'), passed, 'prod of banyan still runs'],
    ['it never ran', { stageStates: [] }, passed, 'banyan has not run a stage prod'],
    [
      'nothing passed before',
      inStage('Failed'),
      { pipelineExecutionSummaries: [] },
      'nothing has passed prod of banyan',
    ],
  ])('not when %s', async (_why, state, executions, message) => {
    await expect(rollBack(state, executions)).rejects.toThrow(message);
    expect(asked()).not.toContain('rollback-stage');
  });

  it('not when it has succeeded since', async () => {
    expect(await rollBack(inStage('Succeeded'))).toBe('prod has succeeded since: nothing is put back');
    expect(asked()).toEqual(['get-pipeline-state']);
  });
});

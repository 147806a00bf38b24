import { fakeAwsCli } from './fake-aws-cli';
import { runInProxyTask } from './proxy-task';

describe('a command in a task of the proxy', () => {
  const aws = fakeAwsCli();
  afterAll(() => aws.remove());
  const asked = () => aws.asked();
  const answers = {
    'describe-services': {
      services: [
        { taskDefinition: 'banyan-proxy-prod:7', networkConfiguration: { awsvpcConfiguration: { subnets: ['a'] } } },
      ],
    },
    'run-task': { tasks: [{ taskArn: 'task/1' }], failures: [] },
    'describe-tasks': { tasks: [{ containers: [{ exitCode: 0 }] }] },
  };
  const rollBack = (changes: object = {}): Promise<void> => {
    aws.answer({ ...answers, ...changes });
    return runInProxyTask('banyan-proxy-prod', ['banyan', 'kill-switch', 'on'], aws.env);
  };

  it('has the image and the network of the proxies, and is waited for', async () => {
    await rollBack();
    expect(asked().map(([subcommand]) => subcommand)).toEqual([
      'describe-services',
      'run-task',
      'wait',
      'describe-tasks',
    ]);
    const [, runTask = []] = asked();
    const argument = (name: string) => runTask[runTask.indexOf(name) + 1] ?? '';
    expect(argument('--task-definition')).toBe('banyan-proxy-prod:7');
    expect(JSON.parse(argument('--network-configuration'))).toEqual({ awsvpcConfiguration: { subnets: ['a'] } });
    expect(JSON.parse(argument('--overrides'))).toEqual({
      containerOverrides: [{ name: 'proxy', command: ['banyan', 'kill-switch', 'on'] }],
    });
    for (const args of asked()) expect(args[args.indexOf('--cluster') + 1]).toBe('banyan-proxy-prod');
  });

  it.each([
    ['describe-services', { services: [] }, 'banyan-proxy-prod has no service "proxy"'],
    [
      'run-task',
      { tasks: [], failures: [{ reason: 'RESOURCE:ENI' }] },
      'ECS started no task: [{"reason":"RESOURCE:ENI"}]',
    ],
    ['describe-tasks', { tasks: [{ containers: [{ exitCode: 4 }] }] }, 'banyan kill-switch on ended with 4'],
    [
      'describe-tasks',
      { tasks: [{ containers: [{ reason: 'CannotPullContainerError' }] }] },
      'no exit code in a task of the proxy: CannotPullContainerError',
    ],
  ])('fails when %s answers %j', async (subcommand, answer, message) => {
    await expect(rollBack({ [subcommand]: answer })).rejects.toThrow(message);
  });
});

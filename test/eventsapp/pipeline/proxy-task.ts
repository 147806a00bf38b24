import { z } from 'zod';
import type { Environment } from 'banyan-strangler/lambda';
import { askAws } from './aws-cli';
import { StepFailed } from './run-command';

// What is read of the command line's answers; the network is passed on as it is.
const Services = z.object({
  services: z.array(z.object({ taskDefinition: z.string().optional(), networkConfiguration: z.unknown() })),
});
const Started = z.object({ tasks: z.array(z.object({ taskArn: z.string() })), failures: z.unknown() });
const Container = z.object({ exitCode: z.number().optional(), reason: z.string().optional() });
const Stopped = z.object({ tasks: z.array(z.object({ containers: z.array(Container) })) });

/**
 * Runs a command of Banyan in a task of its own, next to the proxies: with their image, secrets and network, and so with a way to MongoDB that a build
 * in another account does not have.
 *
 * @param cluster with the service `proxy`: lambda/infrastructure/proxy/proxy-service.ts
 * @throws StepFailed when there is no such service, no task was started, or the command failed
 */
export async function runInProxyTask(cluster: string, command: readonly string[], env: Environment): Promise<void> {
  const ecs = (...words: string[]) => askAws(['ecs', ...words, '--cluster', cluster], env);
  const [service] = Services.parse(await ecs('describe-services', '--services', 'proxy')).services;
  if (service?.taskDefinition === undefined) throw new StepFailed(`${cluster} has no service "proxy"`);
  const { taskDefinition, networkConfiguration } = service;
  const answer = await ecs(
    ...['run-task', '--launch-type', 'FARGATE', '--task-definition', taskDefinition, '--started-by', 'pipeline'],
    ...['--network-configuration', JSON.stringify(networkConfiguration)],
    ...['--overrides', JSON.stringify({ containerOverrides: [{ name: 'proxy', command }] })],
  );
  const { tasks, failures } = Started.parse(answer);
  const [task] = tasks;
  if (task === undefined) throw new StepFailed(`ECS started no task: ${JSON.stringify(failures)}`);
  await ecs('wait', 'tasks-stopped', '--tasks', task.taskArn);
  const stopped = Stopped.parse(await ecs('describe-tasks', '--tasks', task.taskArn));
  const { exitCode, reason = 'see its log' } = stopped.tasks[0]?.containers[0] ?? {};
  if (exitCode !== 0)
    throw new StepFailed(
      `${command.join(' ')} ended with ${exitCode ?? 'no exit code'} in a task of the proxy: ${reason}`,
    );
}

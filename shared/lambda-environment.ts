import path from 'node:path';

/**
 * Variables that Lambda sets itself, as far as programs read them. Not `AWS_EXECUTION_ENV`: by it functions know that they run in Lambda.
 *
 * @param taskRoot the folder that holds the function's files
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
 */
export function lambdaEnvironment(taskRoot: string, region: string): Readonly<Record<string, string>> {
  return {
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    LAMBDA_TASK_ROOT: taskRoot,
    LANG: 'en_US.UTF-8',
    PATH: '/usr/local/bin:/usr/bin:/bin',
    TZ: ':UTC',
  };
}

/**
 * The folder that a lifted function's zip shows as its root: the nearest that holds both serverless.yml and the app. As
 * lambda/deployment/task-root.js, which the Serverless Framework loads; a test compares them.
 *
 * @param service the folder of serverless.yml, absolute
 * @param app the folder of the app, absolute
 */
export function taskRootOf(service: string, app: string): string {
  let root = service;
  while (path.relative(root, app).startsWith('..')) root = path.dirname(root);
  return root;
}

/** What Lambda sets, and what only concerns a process that listens, its platform or its machine. */
const NOT_FOR_LAMBDA =
  /^(?:AWS_.*|LAMBDA_.*|_HANDLER|_X_AMZN_.*|npm_.*|NODE_(?:ENV|OPTIONS|PATH|APP_INSTANCE)|PORT|HOST|HOSTNAME|PATH|HOME|PWD|INIT_CWD|USER|SHELL|LANG|TERM|TZ|CI|_)$/;
const SECRET = /mongo|secret|private|key|token|salt|passw|credential|dsn|ur[il]$/i;

/** Whether a function has to be given a variable that the app reads, by its name. */
export const isForLambda = (name: string): boolean => !NOT_FOR_LAMBDA.test(name);

/** Whether a name is that of a value that others must not read: connection strings hold passwords. */
export const isSecret = (name: string): boolean => SECRET.test(name);

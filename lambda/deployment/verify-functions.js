'use strict';

// The functions of verify.yml. What they do, the request says: `x-probe`, JSON in base64url.

const orderOf = ({ headers }) => {
  const [, text] = Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === 'x-probe') ?? [];
  return text === undefined ? {} : JSON.parse(Buffer.from(text, 'base64url').toString());
};

async function obey({ waitMs, error }) {
  if (waitMs !== undefined) await new Promise((resolve) => setTimeout(resolve, waitMs));
  if (error !== undefined) throw new Error(error);
}

/** Answers as ordered; without an order with its event, in JSON. */
exports.probe = async (event) => {
  const order = orderOf(event);
  await obey(order);
  if ('size' in order) return { statusCode: 200, body: 'x'.repeat(order.size) };
  return 'result' in order ? order.result : { statusCode: 200, body: JSON.stringify(event) };
};

/** Allows its own method, unless another policy is ordered; `input`: with what it was given, as context. */
exports.authorizer = async (event) => {
  const { authorizer = {} } = orderOf(event);
  await obey(authorizer);
  if ('result' in authorizer) return authorizer.result;
  const { effect = 'Allow', resource = event.methodArn, context, input } = authorizer;
  // What is in front of the method stays: account, API and stage are known here alone.
  const [arn] = event.methodArn.split(`/${event.httpMethod}/`);
  const statement = (one) => ({ Action: 'execute-api:Invoke', Resource: one.replace('{api}', arn) });
  const statements = [{ Effect: effect, ...statement(resource) }];
  if (authorizer.deny !== undefined) statements.push({ Effect: 'Deny', ...statement(authorizer.deny) });
  return {
    principalId: 'probe',
    policyDocument: { Version: '2012-10-17', Statement: statements },
    ...(input ? { context: { input: JSON.stringify(event) } } : context !== undefined && { context }),
  };
};

import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';

import { closeServer, listenOn } from '../../local/http-server';
import type { StageLookups } from './stage-lookups';

/** A stand-in for two AWS services, on a free loopback port. */
export interface PlaceholderAws {
  readonly url: string;
  close(): Promise<void>;
}

interface Answer {
  readonly statusCode: number;
  readonly contentType: string;
  readonly body: string;
}

/** Answers GetParameter, DescribeStacks and ListStackResources with placeholders, and refuses everything else as AWS does. */
export async function startPlaceholderAws(lookups: StageLookups): Promise<PlaceholderAws> {
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      const answer = answerTo(request.headers['x-amz-target'], body, lookups);
      response.writeHead(answer.statusCode, { 'content-type': answer.contentType }).end(answer.body);
    });
  });
  return { url: `http://127.0.0.1:${await listenOn(server)}`, close: () => closeServer(server) };
}

/** The same for the same name, and of the shape that CloudFormation's own checks expect of such an id. */
export function placeholderFor(name: string): string {
  const digits = createHash('sha256').update(name).digest('hex').slice(0, 17);
  if (/subnet/i.test(name)) return `subnet-${digits}`;
  if (/securitygroup/i.test(name)) return `sg-${digits}`;
  if (/endpoint/i.test(name)) return `vpce-${digits}`;
  if (/topic/i.test(name)) return `arn:aws:sns:eu-west-1:123456789012:${name}`;
  return `placeholder${name}`;
}

async function readBody(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += String(chunk);
  return body;
}

function answerTo(target: string | string[] | undefined, body: string, { parameters, stacks }: StageLookups): Answer {
  if (target === 'AmazonSSM.GetParameter') {
    const name = parameterName(body);
    return parameters.has(name) ? ssm(200, parameter(name)) : ssm(400, { __type: 'ParameterNotFound' });
  }
  const form = new URLSearchParams(body);
  const stack = form.get('StackName') ?? '';
  const notFound = queryError('ValidationError', `Stack with id ${stack} does not exist`);
  // Where a stack is split, what is deployed already stays where it is.
  if (form.get('Action') === 'ListStackResources') return notFound;
  if (form.get('Action') !== 'DescribeStacks') return queryError('InvalidAction', 'Not part of packaging');
  const outputs = stacks.get(stack);
  return outputs === undefined ? notFound : describeStacks(stack, [...outputs]);
}

function parameterName(body: string): string {
  const input: unknown = JSON.parse(body);
  return typeof input === 'object' && input !== null && 'Name' in input ? String(input.Name) : '';
}

function parameter(name: string): object {
  return { Parameter: { Name: name, Type: 'String', Value: placeholderFor(name), Version: 1 } };
}

function ssm(statusCode: number, body: object): Answer {
  return { statusCode, contentType: 'application/x-amz-json-1.1', body: JSON.stringify(body) };
}

function describeStacks(stack: string, outputs: readonly string[]): Answer {
  const members = outputs.map(
    (name) => `<member><OutputKey>${name}</OutputKey><OutputValue>${placeholderFor(name)}</OutputValue></member>`,
  );
  const details = `<StackName>${stack}</StackName><CreationTime>2026-01-01T00:00:00Z</CreationTime><StackStatus>CREATE_COMPLETE</StackStatus>`;
  return xml(
    200,
    `<DescribeStacksResponse><DescribeStacksResult><Stacks><member>${details}<Outputs>${members.join('')}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`,
  );
}

function queryError(code: string, message: string): Answer {
  return xml(
    400,
    `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`,
  );
}

function xml(statusCode: number, body: string): Answer {
  return { statusCode, contentType: 'text/xml', body };
}

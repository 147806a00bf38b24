import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import express from 'express';
import { parse } from 'yaml';

import banyan from '../../../../banyan.config';
import type { FixedResponse } from '../../../../shared/config';
import { gatewayResponses, type GatewayResponseResource } from '../../../../shared/config/gateway-responses';
import { gatewayResponsesFile } from '../../../../shared/deployment/gateway-responses-file';
import { startOracle, type Oracle } from '../../../unit/lambda/http/monolith-oracle';

const FILE = readFileSync(join(__dirname, '../../../../lambda/eventsapp/gateway-responses.yml'), 'utf8');

describe('lambda/eventsapp/gateway-responses.yml', () => {
  it('is what `npm run gateway-responses` would write now', () => {
    expect(FILE).toBe(gatewayResponsesFile(banyan));
  });

  it('holds the responses of banyan.config.ts', () => {
    expect(parse(FILE)).toEqual({ Resources: gatewayResponses(banyan) });
  });

  // Trap 22: without them a browser hides the answer from the script that could show it.
  it('carries the CORS headers of every answer, quoted, beside the monolith’s own', () => {
    const cors = {
      'access-control-allow-origin': 'https://app.example',
      'access-control-allow-credentials': 'true',
      vary: 'Origin',
    };
    const all = gatewayResponses({
      responses: { ...banyan.responses, headers: { ...banyan.responses.headers, ...cors } },
    });
    expect(Object.keys(all)).toHaveLength(5);
    for (const { Properties } of Object.values(all)) {
      expect(Properties.ResponseParameters).toMatchObject({
        'gatewayresponse.header.access-control-allow-origin': "'https://app.example'",
        'gatewayresponse.header.access-control-allow-credentials': "'true'",
        'gatewayresponse.header.vary': "'Origin'",
        'gatewayresponse.header.x-powered-by': "'Express'",
        'gatewayresponse.header.content-type': expect.any(String) as string,
      });
    }
  });

  it('gives a failing authorizer the status 500 and leaves other 5xx their own', () => {
    const { GatewayResponseAuthorizerFailure: failure, GatewayResponseDefault5xx: other } = gatewayResponses(banyan);
    expect(failure?.Properties.StatusCode).toBe('500');
    expect(other?.Properties).not.toHaveProperty('StatusCode');
  });
});

describe('each gateway response, beside a real Express', () => {
  let oracle: Oracle;

  beforeAll(async () => {
    const app = express()
      .get('/401', (_req, res) => res.status(401).json({ error: 'Not authenticated' }))
      .get('/403', (_req, res) => res.status(403).json({ error: 'Not allowed' }))
      .get('/500', () => {
        throw new Error('secret detail');
      });
    // In production Express prints what was thrown, a moment after it has answered.
    jest.spyOn(console, 'error').mockImplementation(() => undefined);
    oracle = await startOracle(app);
  });
  afterAll(async () => {
    await oracle.close();
    await new Promise(setImmediate);
  });

  const fixedHeaders = banyan.responses.headers;
  const sent = ({
    Properties: { StatusCode, ResponseParameters, ResponseTemplates },
  }: GatewayResponseResource): FixedResponse => ({
    statusCode: Number(StatusCode),
    headers: Object.fromEntries(
      Object.entries(ResponseParameters).map(([name, value]) => [
        name.replace('gatewayresponse.header.', ''),
        value.slice(1, -1),
      ]),
    ),
    body: ResponseTemplates['application/json'],
  });

  it.each([
    ['UNAUTHORIZED', '/401'],
    ['ACCESS_DENIED', '/403'],
    ['AUTHORIZER_FAILURE', '/500'],
    ['AUTHORIZER_CONFIGURATION_ERROR', '/500'],
  ])('%s is what Express sends for %s', async (type, path) => {
    const resource = Object.values(gatewayResponses(banyan)).find(({ Properties }) => Properties.ResponseType === type);
    if (resource === undefined) throw new Error(`There is no ${type}`);
    const { statusCode, headers, body } = await oracle.get(path);
    const { date, connection, 'content-length': length, 'keep-alive': keepAlive, ...rest } = headers;
    expect([typeof date, connection, Number(length), keepAlive]).toEqual([
      'string',
      'close',
      Buffer.byteLength(body),
      undefined,
    ]);
    expect(sent(resource)).toEqual({ statusCode, headers: { ...fixedHeaders, ...rest }, body });
  });
});

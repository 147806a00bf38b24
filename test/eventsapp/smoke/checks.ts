import { z } from 'zod';

/** Where a stage is. Without a trailing slash. */
export interface SmokeTarget {
  /** What clients talk to: the proxy, or the load balancer in front of it. */
  readonly url: string;
  /** API Gateway, stage included; undefined where it cannot be reached from here, as a private one. */
  readonly apiUrl?: string | undefined;
  /** The CDN of the photos. */
  readonly cdnUrl?: string | undefined;
  /** A session of a user who may read; without one, no answer for a user is checked. */
  readonly token?: string | undefined;
}

/** What is wrong, and where to look. */
export class Fault extends Error {
  constructor(
    readonly dependency: string,
    message: string,
  ) {
    super(message);
  }
}

export interface SmokeCheck {
  readonly name: string;
  /** Checks without which this one says nothing. */
  readonly needs: readonly string[];
  /** Why there is nothing to try; undefined: try it. */
  readonly skip?: (target: SmokeTarget) => string | undefined;
  /** @throws Fault; anything else that it throws is the check's own name */
  readonly run: (target: SmokeTarget, get: Get) => Promise<void>;
}

/** `GET`, by a fetch that refuses other methods. */
export type Get = (url: string, headers?: Readonly<Record<string, string>>) => Promise<Response>;

const withoutApi = ({ apiUrl }: SmokeTarget) => (apiUrl === undefined ? 'no --api-url' : undefined);
const Health = z.record(z.string(), z.enum(['ok', 'unavailable']));
const DEPENDENCIES: Readonly<Record<string, string>> = {
  mongodb: 'MongoDB, as functions inside the VPC reach it',
  sqs: 'SQS',
  s3: 'S3',
  dynamodb: 'DynamoDB',
};

/** In the order in which a request comes by. */
export const CHECKS: readonly SmokeCheck[] = [
  {
    name: 'proxy',
    needs: [],
    async run({ url }, get) {
      for (const path of ['livez', 'readyz']) {
        const { status } = await get(`${url}/.banyan/${path}`);
        if (status !== 200) throw new Fault('proxy', `/.banyan/${path} answers ${status}`);
      }
    },
  },
  {
    name: 'legacy',
    needs: ['proxy'],
    async run({ url }, get) {
      const { status } = await get(`${url}/healthz`);
      if (status === 503) throw new Fault('MongoDB, as the monolith reaches it', '/healthz answers 503');
      if (status !== 200) throw new Fault('legacy', `/healthz answers ${status}: is LEGACY_URL of the proxy right?`);
    },
  },
  {
    name: 'gateway',
    needs: [],
    skip: withoutApi,
    async run({ apiUrl = '' }, get) {
      const answer = await get(`${apiUrl}/smoke/no-such-route`);
      const text = await answer.text();
      if (text.includes('not authorized'))
        throw new Fault('gateway', 'its resource policy does not admit requests from here');
      // It answers itself: no function has such a route.
      if (answer.status !== 403 || !answer.headers.has('x-amz-apigw-id'))
        throw new Fault(
          'gateway',
          `an unknown path is ${answer.status}; expected 403 of API Gateway: is the URL right?`,
        );
    },
  },
  {
    name: 'proxy to gateway',
    needs: ['proxy'],
    async run({ url }, get) {
      const { status } = await get(`${url}/api/private`);
      const where = '/api/private, which Lambda alone has,';
      if (status === 404)
        throw new Fault('proxy', `${where} is 404: legacy has answered; are LAMBDA_URL and the routes right?`);
      if ([502, 503, 504].includes(status)) throw new Fault('gateway', `${where} is ${status} by way of the proxy`);
    },
  },
  {
    name: 'authorizer',
    needs: ['proxy to gateway', 'legacy'],
    async run({ url }, get) {
      const [own, legacy] = await Promise.all([get(`${url}/api/private`), get(`${url}/api/auth/me`)]);
      if (own.status !== 401)
        throw new Fault('authorizer', `/api/private is ${own.status} for an anonymous client; expected 401`);
      if ((await own.text()) !== (await legacy.text()))
        throw new Fault('gateway responses', 'its 401 is not the monolith’s');
    },
  },
  {
    name: 'session',
    needs: ['authorizer'],
    skip: ({ token }) => (token === undefined ? 'no SMOKE_TOKEN' : undefined),
    async run({ url, token = '' }, get) {
      const headers = { authorization: `Bearer ${token}` };
      const [legacy, lambda] = await Promise.all(
        ['/api/auth/me', '/api/private'].map((path) => get(url + path, headers)),
      );
      if (legacy?.status === 401) throw new Fault('SMOKE_TOKEN', 'the monolith no longer takes it: log in anew');
      if (lambda?.status === 401)
        throw new Fault('SESSION_SECRET', 'the monolith takes the token, the authorizer does not');
      if (lambda?.status !== 200) throw new Fault('authorizer', `/api/private is ${lambda?.status} with a session`);
    },
  },
  {
    name: 'dependencies of functions',
    needs: ['proxy to gateway'],
    async run({ url }, get) {
      const answer = await get(`${url}/api/health`);
      const health = Health.safeParse(await answer.json().catch(() => undefined));
      if (!health.success) throw new Fault('get-health', `/api/health is ${answer.status}; expected its report`);
      const lost = Object.keys(health.data).filter((name) => health.data[name] !== 'ok');
      if (lost.length > 0)
        throw new Fault(
          lost.map((name) => DEPENDENCIES[name] ?? name).join(', '),
          'unavailable to functions; get-health logs why',
        );
    },
  },
  {
    name: 'CDN',
    needs: [],
    skip: ({ cdnUrl }) => (cdnUrl === undefined ? 'no --cdn-url' : undefined),
    async run({ cdnUrl = '' }, get) {
      const answer = await get(`${cdnUrl}/uploads/smoke`);
      // Unsigned: only CloudFront itself may answer, and only by refusing.
      if (!answer.headers.has('x-amz-cf-id'))
        throw new Fault('CloudFront', `${answer.status} is not an answer of CloudFront`);
      if (answer.status !== 403)
        throw new Fault('CloudFront', `a URL without a signature is ${answer.status}; expected 403`);
    },
  },
];

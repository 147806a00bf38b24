import { readFile } from 'node:fs/promises';
import path from 'node:path';

import { z } from 'zod';

import type { PackagedFunction as SizedFunction } from '../../config/types';

/** A function as packaging has left it. */
export interface PackagedFunction extends SizedFunction {
  /** `nodejs24.x` */
  readonly runtime: string;
  /** Undefined for a value that only a deployment knows. */
  readonly environment: ReadonlyMap<string, string | undefined>;
  readonly isLifted: boolean;
  readonly isAuthorizer: boolean;
  /** Paths that GET leads to, with `{parameters}`. */
  readonly getPaths: readonly string[];
}

export interface ServiceState {
  readonly region: string;
  readonly functions: readonly PackagedFunction[];
  /** `custom.placeholders` of serverless.yml. */
  readonly placeholders: Readonly<Record<string, string>>;
}

const Variables = z.record(z.string(), z.unknown()).nullish();
const Http = z.union([
  z.string(),
  z.object({
    path: z.string(),
    method: z.string(),
    authorizer: z.union([z.string(), z.object({ name: z.string().optional() })]).nullish(),
  }),
]);
const State = z.object({
  service: z.object({
    custom: z.object({ placeholders: z.record(z.string(), z.string()).optional() }).nullish(),
    provider: z.object({ region: z.string(), runtime: z.string().optional(), environment: Variables }),
    functions: z.record(
      z.string(),
      z.object({
        handler: z.string(),
        runtime: z.string().optional(),
        environment: Variables,
        vpc: Variables,
        lifted: z.unknown().optional(),
        events: z.array(z.object({ http: Http.optional() })).nullish(),
      }),
    ),
  }),
});

/** Reads what the framework has written next to the zips. */
export async function readServiceState(folder: string): Promise<ServiceState> {
  const text = await readFile(path.join(folder, 'serverless-state.json'), 'utf8');
  const { provider, functions, custom } = State.parse(JSON.parse(text)).service;
  const events = Object.values(functions).flatMap((one) => one.events ?? []);
  const authorizers = new Set(events.flatMap(({ http }) => authorizerOf(http) ?? []));
  return {
    region: provider.region,
    placeholders: custom?.placeholders ?? {},
    functions: Object.entries(functions).map(([name, one]) => ({
      name,
      handler: one.handler,
      runtime: one.runtime ?? provider.runtime ?? '',
      environment: new Map(
        Object.entries({ ...provider.environment, ...one.environment }).map(([key, value]) => [key, known(value)]),
      ),
      // The framework writes an empty one for functions outside.
      inVpc: Object.keys(one.vpc ?? {}).length > 0,
      isLifted: one.lifted !== undefined,
      isAuthorizer: authorizers.has(name),
      getPaths: (one.events ?? []).flatMap(({ http }) => getPathOf(http) ?? []),
    })),
  };
}

/** An intrinsic function, or a dynamic reference that CloudFormation resolves. */
function known(value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'string' && !value.includes('{{resolve:') ? value : undefined;
}

function getPathOf(http: z.infer<typeof Http> | undefined): string | undefined {
  const [method, route] = typeof http === 'object' ? [http.method, http.path] : (http ?? '').split(' ');
  return method?.toLowerCase() === 'get' && route !== undefined ? `/${route.replace(/^\//, '')}` : undefined;
}

function authorizerOf(http: z.infer<typeof Http> | undefined): string | undefined {
  if (http === undefined || typeof http === 'string') return undefined;
  return typeof http.authorizer === 'string' ? http.authorizer : http.authorizer?.name;
}

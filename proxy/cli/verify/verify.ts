import { judgeSemantics, type JudgedRow, type ProbeApi } from '../../../shared/api-gateway/semantics';
import type { BanyanConfig } from '../../../shared/config';
import { measureLatencies } from '../../../shared/deployment/verify/latency';
import type { Verification } from '../../../shared/deployment/verify/report';
import { packageVersion } from '../../../shared/own-package';
import { startCandidateProxy } from '../../parity/candidate-proxy';
import type { GatewayRoute } from '../check/gateway-routes';
import type { VerifyTarget } from './target';

export interface VerifyParts {
  readonly stage: string;
  readonly target: VerifyTarget;
  readonly banyan: BanyanConfig;
  /** Of the project's serverless.yml. */
  readonly routes: readonly GatewayRoute[];
  readonly runParity: (app: URL) => Promise<Verification['parity']>;
  /** The project's own tests, against its API. */
  readonly runSuite?: ((app: URL) => Promise<Verification['suite']>) | undefined;
  readonly samples: number;
  readonly now: () => Date;
  /** Once aborted, nothing more is asked, and what was deployed is removed. */
  readonly signal: AbortSignal;
  readonly progress: (text: string) => void;
}

/** Deploys, asks, measures, and removes everything again, whatever happens in between. Never rejects for what it verifies. */
export async function verify(parts: VerifyParts): Promise<Verification> {
  const { stage, target, signal, now, progress } = parts;
  const faults: string[] = [];
  const notRun = { notRun: 'nothing to check' };
  const found = {
    semantics: [] as readonly JudgedRow[],
    routes: [] as readonly JudgedRow[],
    parity: notRun as Verification['parity'],
    suite: undefined as Verification['suite'],
    latency: notRun as Verification['latency'],
  };
  /** Runs a step unless it was stopped; what goes wrong in it is a fault of the report. */
  const step = async (what: string, work: () => Promise<void>): Promise<void> => {
    if (signal.aborted) return;
    progress(what);
    try {
      await work();
    } catch (error) {
      faults.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  const leftovers: string[] = [];
  const remove = async (what: string, work: () => Promise<void>): Promise<void> => {
    progress(`removing ${what}`);
    await work().catch((error: unknown) => {
      leftovers.push(`${what} may still be there: ${error instanceof Error ? error.message : String(error)}`);
    });
  };

  const at = now().toISOString();
  if (!signal.aborted) {
    await step('the API that the rows are checked against', async () => {
      const { api, invoke } = await target.probe.start();
      await step('latency', async () => {
        found.latency = await measure(api, invoke, parts);
      });
      await step('rows', async () => {
        found.semantics = await judgeSemantics(api, {
          signal,
          onRow: ({ verdict, behaviour, why }) => progress(`  ${verdict}: ${behaviour}${why ? ` (${why})` : ''}`),
        });
      });
    });
    await remove('the API of the rows', () => target.probe.remove());
  }
  if (!signal.aborted) {
    await step(`the project's own stage`, async () => {
      const app = await target.startApp();
      await step('routes', async () => {
        found.routes = await judgeRoutes(app, parts.routes);
      });
      await step('parity', async () => {
        found.parity = await parts.runParity(app);
      });
      if (parts.runSuite)
        await step('suite', async () => {
          found.suite = await parts.runSuite?.(app);
        });
    });
    await remove(`stage ${stage}`, () => target.removeApp());
  }
  if (found.semantics.length === 0) found.semantics = await judgeSemantics(NOWHERE, { signal: AbortSignal.abort() });
  if (signal.aborted) faults.push('it was stopped before the end');
  return {
    ...{ schema: 1, target: target.kind, stage, version: packageVersion(), at },
    ...found,
    faults: [...faults, ...leftovers],
    removed: leftovers.length === 0,
  };
}

/** For a report that has every row, when there is nothing to ask. */
const NOWHERE = {} as ProbeApi;

/** An anonymous request to each route that it cannot change: the gateway must know the route, and its guard must answer. */
async function judgeRoutes(app: URL, routes: readonly GatewayRoute[]): Promise<readonly JudgedRow[]> {
  return Promise.all(
    routes.map(async ({ method, path, auth }): Promise<JudgedRow> => {
      const behaviour = `${method} ${path}`;
      if (auth === 'none' && method !== 'GET')
        return { behaviour, verdict: 'not tried', why: 'it has no authorizer and may write' };
      const url = `${app.href.replace(/\/$/, '')}${path.replaceAll(/\{[^}]+\}/g, 'banyan-verify')}`;
      const answer = await fetch(url, { method, redirect: 'manual' });
      const text = await answer.text();
      const fault =
        answer.status >= 500
          ? `${answer.status}`
          : /Missing Authentication Token/.test(text)
            ? 'the gateway has no such route'
            : auth === 'required' && answer.status !== 401
              ? `${answer.status} for an anonymous client; expected 401`
              : undefined;
      return { behaviour, verdict: fault === undefined ? 'confirmed' : 'refuted', why: fault ?? `${answer.status}` };
    }),
  );
}

async function measure(
  { url }: ProbeApi,
  invoke: () => Promise<unknown>,
  { banyan, samples }: VerifyParts,
): Promise<Verification['latency']> {
  const base = url.href.replace(/\/$/, '');
  const get = (address: string) => async (): Promise<void> => {
    const answer = await fetch(address);
    await answer.arrayBuffer();
    if (answer.status !== 200) throw new Error(`${address} answers ${answer.status}`);
  };
  const routes = 'routes:\n  - { id: probe, match: GET /echo/:name, stage: lambda, auth: none }\n';
  const proxy = await startCandidateProxy({ banyan, legacyUrl: url.origin, lambdaUrl: base, routes, stage: 'lambda' });
  try {
    const ways = {
      // Another function of the same code, so that its start is cold, and the gateway's as well.
      function: invoke,
      gateway: get(`${base}/echo/literal`),
      authorizer: get(`${base}/guarded/x`),
      proxy: get(`${proxy.url}/echo/literal`),
    };
    return await measureLatencies(ways, samples);
  } finally {
    await proxy.close();
  }
}

import { readFileSync } from 'node:fs';
import path from 'node:path';
import banyan from '../../../banyan.config';
import { decideExport } from '../../../proxy/export/decide';
import { nginxConfig } from '../../../proxy/export/nginx';
import { gatewayRoom } from '../../../proxy/forward/gateway-room';
import { NO_OVERRIDES } from '../../../proxy/overrides/state';
import { onStage } from '../../../proxy/parity/candidate-proxy';
import { withStarted } from '../../../proxy/parity/environment';
import { loadSuites } from '../../../proxy/parity/load-cases';
import { casesOf } from '../../../proxy/parity/plan';
import { runCases } from '../../../proxy/parity/run';
import { parseRouteTable } from '../../../proxy/route-table/load';
import { freePort } from '../../../shared/local/free-port';
import type { ParityCase } from '../../../shared/parity/case';
import { parseRules } from '../../../shared/parity/rules-file';
import { hasNginx, startNginx } from '../../export/nginx';
import startParitySystem from '../parity/system';

const ROOT = path.join(__dirname, '../../..');
const RULES = 'test/eventsapp/parity/rules.yml';

/** What a client may notice; `banyan export --help` says it, and no case needs more. */
const NOTICED_RULE = `
  - route: '*'
    path: header server
    kind: accepted
    reason: nginx names itself
    owner: platform
    expires: 2099-01-01
`;

(hasNginx ? it : it.skip)(
  'through nginx every case of every route is as on legacy, or on the list',
  async () => {
    const stops: (() => Promise<unknown>)[] = [];
    try {
      const system = await startParitySystem({ run: `jest_${process.pid}_export`, env: { PATH: process.env['PATH'] } });
      stops.push(() => system.close());
      const table = onStage(readFileSync(path.join(ROOT, 'proxy/routes.yml'), 'utf8'), 'lambda');
      const { routes } = parseRouteTable(table, { file: 'routes.yml', lambdaAvailable: true });
      const accepted = new Set(['write-without-fallback'] as const);
      const exported = decideExport(routes, { overrides: NO_OVERRIDES, accepted, missing: new Map() });
      expect(exported.filter(({ to }) => to !== 'lambda')).toEqual([]);

      const port = await freePort();
      const [legacy, lambda] = [new URL(system.candidate.legacyUrl), new URL(system.candidate.url)];
      const config = nginxConfig(exported, {
        listen: `127.0.0.1:${port}`,
        legacy,
        lambda,
        banyan: new URL('http://127.0.0.1:9'),
        legacyTls: {},
        lambdaTls: {},
        resolver: '127.0.0.1',
        trustedHops: 0,
        sessionCookie: banyan.session.cookieName,
        room: gatewayRoom(lambda, banyan.gateway.endpointType),
        lambdaTimeout: 30_000,
      });
      const nginx = await startNginx(config, port);
      stops.push(() => nginx.close());

      const suites = loadSuites(['test/eventsapp/cases'], ROOT);
      const sides = { ...system, candidate: { ...system.candidate, url: nginx.url } };
      const ready = await withStarted(sides, { banyan, direct: true, routes: table }, suites, stops);
      // `direct` is about nginx here, which spells paths and asks HEAD as the proxy does: no case is left out.
      const cases = suites
        .flatMap((suite) => casesOf(suite, { isolated: true }))
        .map((planned) => ({ ...planned, parityCase: omit(planned.parityCase) }));
      const run = await runCases(cases, {
        ...ready,
        rules: parseRules(`${readFileSync(path.join(ROOT, RULES), 'utf8')}${NOTICED_RULE}`, RULES),
        routes: routes.map(({ id, method, path: at }) => ({ id, name: `${method} ${at}` })),
        complete: 'nothing',
        now: () => new Date(),
      });

      const different = run.routes.flatMap(({ route, cases: list }) =>
        list.flatMap(({ name, identity, verdict, differences, request, candidate }) =>
          // On the list: nginx refuses a path that it cannot decode, with a page of its own.
          verdict === 'different' && !(candidate?.statusCode === 400 && !isDecodable(request.path))
            ? [{ route, name, identity, path: request.path, differences }]
            : [],
        ),
      );
      expect(different).toEqual([]);
      expect(run.totals.different).toBeLessThan(5);
      expect(run.totals.cases).toBeGreaterThan(400);
      expect(run.totals.skipped).toBe(0);
      console.log(
        `through nginx: ${run.totals.equal + run.totals.accepted} of ${run.totals.cases} cases as on legacy, ${run.totals.different} on the list`,
      );
    } finally {
      for (const stop of stops.reverse()) await stop();
    }
  },
  180_000,
);

function omit(parityCase: ParityCase): ParityCase {
  const { onlyThroughProxy, ...rest } = parityCase;
  return onlyThroughProxy === undefined ? parityCase : rest;
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

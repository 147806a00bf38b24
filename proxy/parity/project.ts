import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Environment } from '../../shared/env';
import { BanyanError } from '../../shared/errors';
import { parseRules, readRules } from '../../shared/parity/rules-file';
import { parseRouteTable } from '../route-table/load';
import { loadBanyanConfig } from '../../shared/config/load';
import { placesOf, type Place } from '../../shared/config/places';
import { readText } from '../../shared/text-file';
import type { SidesOptions } from './environment';
import { loadSuites } from './load-cases';
import { readSample } from './sample/sample-file';

export interface RunFlags {
  readonly json?: boolean;
  readonly config?: string;
  readonly control?: string;
  readonly candidate?: string;
  readonly direct?: boolean;
  readonly isolated?: boolean;
  readonly route: readonly string[];
  readonly har?: string;
  readonly session: readonly string[];
  readonly generate: number;
  readonly seed?: number;
  readonly junit?: string;
  readonly html?: string;
  readonly record?: boolean;
}

/** Where a project's parts are, in addition to what banyan.config.ts says. */
export interface Surroundings {
  readonly env: Environment;
  readonly routesFile: string;
  /** The sides that are compared unless the options name others. */
  readonly local: { readonly control: URL; readonly candidate: URL };
}

export type Project = ReturnType<typeof loadProject>;

/** Everything that is read before anything starts, so that its faults come first. */
export function loadProject(flags: RunFlags, { env, routesFile, local }: Surroundings) {
  const { banyan, file } = loadBanyanConfig(process.cwd(), flags.config);
  const root = path.dirname(file);
  const { cases, recordings, rules, system, sample } = placesOf(banyan, root).parity;
  const text = readText(routesFile, 'ROUTES_FILE');
  const { routes, match } = parseRouteTable(text, { file: routesFile, lambdaAvailable: true, cohortsAvailable: true });
  const named = routes.map(({ id, method, path: at }) => ({ id, name: `${method} ${at}` }));
  const sides: SidesOptions = {
    banyan,
    env,
    control: readUrl('--control', flags.control, local.control),
    candidate: readUrl('--candidate', flags.candidate, local.candidate),
    direct: flags.direct === true,
    isolated: flags.isolated === true,
    system,
    sample: readSample({ ...sample, isDefault: true }),
    routes: text,
  };
  const suites = loadSuites(
    cases.filter(mayExist).map((place) => place.path),
    process.cwd(),
  );
  const known = new Set([...named.flatMap(({ id, name }) => [id, name]), ...suites.map(({ route }) => route)]);
  const parsed = parseRules(readRules(rules), rules.path);
  const unknown = parsed.filter(({ route }) => route !== '*' && !known.has(route));
  if (unknown.length > 0)
    throw new BanyanError(
      unknown
        .map(
          ({ place, route }) =>
            `${place} route ${JSON.stringify(route)} does not exist; use * or a route of the suites`,
        )
        .join('; '),
      { code: 'unknown_rule' },
    );
  return {
    banyan,
    /** Names of the routes that --route names; undefined without. */
    chosen: chooseRoutes(flags.route, named, known),
    suites,
    recordings: recordings.map((place) => place.path),
    rules: parsed,
    rulesFile: rules,
    routes: named,
    routeOf: (method: string, pathname: string): string | undefined => {
      const route = match(method, pathname);
      return route && `${route.method} ${route.path}`;
    },
    sides,
  };
}

/** What the configuration names must be there; a default need not. */
const mayExist = (place: Place): boolean => !place.isDefault || existsSync(place.path);

/** @throws BanyanError for a route that neither the route table nor a suite has */
function chooseRoutes(
  wanted: readonly string[],
  routes: readonly { readonly id: string; readonly name: string }[],
  known: ReadonlySet<string>,
): ReadonlySet<string> | undefined {
  if (wanted.length === 0) return undefined;
  const unknown = wanted.filter((route) => !known.has(route));
  if (unknown.length > 0)
    throw new BanyanError(
      `--route ${unknown.join(', ')}: no suite has this route; expected one of ${routes.map(({ id }) => id).join(', ')}`,
      { code: 'unknown_route' },
    );
  return new Set(wanted.map((route) => routes.find(({ id }) => id === route)?.name ?? route));
}

function readUrl(option: string, text: string | undefined, fallback: URL): URL {
  if (text === undefined) return fallback;
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return new URL(text);
  throw new BanyanError(`${option} is ${JSON.stringify(text)}; expected a URL such as ${fallback.href}`, {
    code: 'usage',
  });
}

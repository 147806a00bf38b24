import type { AppRoute, Hazard, Middleware } from '../inventory';
import type { Handler } from './express-types';
import type { FunctionInspector } from './inspect-functions';
import type { Named } from './name-functions';
import { readHazards } from './read-hazards';

interface RouteParts {
  readonly handler: Handler;
  /** What is in front of it, in the same order as `names`. */
  readonly guards: readonly Handler[];
  readonly levels: readonly Middleware['level'][];
  readonly names: readonly Named[];
  readonly method: string;
}

/** Of middleware, what it does to the answer or takes from the request, whatever its route is. */
const OF_MIDDLEWARE = /^(credential|memory|session)$/;
/** Their requests have no content (RFC 9110, 9.3.1), so middleware for the whole app finds no upload in them. */
const WITHOUT_CONTENT = /^(GET|HEAD)$/;

/** What a route's handler and middleware do that a move can break. */
export function hazardsOf(
  { handler, guards, levels, names, method }: RouteParts,
  functions: FunctionInspector,
  root: string,
): Pick<AppRoute, 'hazards' | 'renders' | 'isReadable'> {
  const { hazards, writes, renders, isReadable } = readHazards(handler, functions, root);
  const inFront = guards.flatMap((guard) => readHazards(guard, functions, root).hazards);
  const place = names.at(-1)?.place ?? '';
  const all: Hazard[] = [
    ...hazards,
    ...inFront.filter(
      ({ kind }) =>
        OF_MIDDLEWARE.test(kind) ||
        (kind === 'csrf' && renders) ||
        (kind === 'multipart' && !WITHOUT_CONTENT.test(method)),
    ),
    ...names
      // Global ones read the session; those of a route log in.
      .filter(
        (one, index) => one.place === 'passport' && one.name.startsWith('authenticate') && levels[index] === 'route',
      )
      .map((one) => ({ kind: 'session', text: 'passport login', place: one.place }) as const),
    ...(writes && method === 'GET' ? [{ kind: 'write', text: 'a GET that writes', place } as const] : []),
  ];
  const csrf = names.find((one) => /csrf|csurf|lusca/i.test(`${one.name} ${one.place}`));
  if (csrf !== undefined && method !== 'GET')
    all.push({ kind: 'csrf', text: 'checks a CSRF token', place: csrf.place });
  const distinct = new Map(all.map((one) => [`${one.kind} ${one.text}`, one]));
  return { hazards: [...distinct.values()], renders, isReadable };
}

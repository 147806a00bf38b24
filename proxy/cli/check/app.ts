import type { BanyanConfig } from '../../../shared/config';
import type { Environment } from '../../../shared/env';
import { outdatedAccounts, unaccounted } from '../../inventory/accounting';
import { appRoutesFile, findAppRoute, readAppRoutes, sameRoutes, type KeptRoute } from '../../inventory/app-routes';
import type { Inventory } from '../../inventory/inventory';
import { InventoryError, takeInventory } from '../../inventory/take-inventory';
import type { Route } from '../../route-table/route';
import { fault, ok, warning, type Finding } from '../finding';
import { withPlaceholders } from '../placeholders';

export interface CheckedApp {
  readonly findings: readonly Finding[];
  /** Absent where the app cannot be started here. */
  readonly inventory?: Inventory;
}

/** How the app is started, where banyan.config.ts is not enough. */
export interface AppFlags {
  readonly app?: string | undefined;
  readonly port?: number | undefined;
  readonly connect?: boolean | undefined;
  /** Not at all. */
  readonly withoutApp?: boolean | undefined;
}

/** Starts the monolith's app in a process of its own, where it reaches nothing, and says whether that works. */
export async function checkApp(
  banyan: Pick<BanyanConfig, 'app' | 'session' | 'dev'>,
  root: string,
  { env, app, port, connect = false, withoutApp = false }: AppFlags & { readonly env: Environment },
): Promise<CheckedApp> {
  if (withoutApp)
    return {
      findings: [warning('app', 'not started, because of --without-app', 'omit it if the app can be started')],
    };
  try {
    const [name, from] = app === undefined ? [banyan.app, root] : [app, process.cwd()];
    // With --connect it reaches what its own .env names.
    const { session, dev } = banyan;
    const given = withPlaceholders(env, { session, ...(dev && !connect && { dev }) });
    const order = { app: name, root: from, port, mayConnect: connect, env: given };
    const inventory = await takeInventory(order);
    const { express, routes, notes } = inventory;
    const text = [`${name} starts: Express ${express}, routes: ${routes.length}`, ...notes].join('; ');
    return { findings: [ok('app', text)], inventory };
  } catch (error) {
    if (!(error instanceof InventoryError)) throw error;
    const [text = '', remedy = ''] = error.message.split(' -> ', 2);
    const others = [
      ...(connect ? [] : ['--connect lets it reach what it needs to start']),
      '--without-app checks the rest against app-routes.json',
    ];
    return { findings: [fault('app', text, `${remedy}; ${others.join('; ')}`)] };
  }
}

/**
 * Says which moved routes would lose middleware of the monolith without a word, and whether what is kept of the app's routes is still so.
 *
 * @param inventory undefined: the app cannot be started here, and only what is kept counts
 */
export async function checkMiddleware(
  routesFile: string,
  routes: readonly Route[],
  inventory: Inventory | undefined,
): Promise<Finding[]> {
  const kept = await readAppRoutes(routesFile);
  return [
    ...checkKept(appRoutesFile(routesFile), { kept, inventory, isNeeded: routes.some(isAccountable) }),
    ...routes.flatMap((route) => checkRoute(route, inventory?.routes ?? kept)),
  ];
}

interface Kept {
  readonly kept: readonly KeptRoute[] | undefined;
  readonly inventory: Inventory | undefined;
  readonly isNeeded: boolean;
}

function checkKept(file: string, { kept, inventory, isNeeded }: Kept): Finding[] {
  const write = 'banyan routes --write';
  if (kept === undefined && !isNeeded) return [ok('middleware', `no route has moved yet; before one does: ${write}`)];
  if (kept === undefined) return [warning('middleware', `${file} is missing; promote needs it`, write)];
  if (inventory === undefined)
    return [
      warning(
        'middleware',
        `judged by ${file}, which may be out of date, because the app could not be started`,
        'see app',
      ),
    ];
  if (!sameRoutes(kept, inventory.routes))
    return [fault('middleware', `${file} is out of date: the app's routes or middleware have changed`, write)];
  return [ok('middleware', `${file} matches the app`)];
}

/** The monolith no longer has what is retired. */
const isAccountable = ({ isLifted, stage }: Route): boolean => !isLifted && stage !== 'legacy' && stage !== 'retired';

function checkRoute(route: Route, appRoutes: readonly KeptRoute[] | undefined): Finding[] {
  const { id, stage } = route;
  if (!isAccountable(route)) return [];
  const subject = `route ${id}`;
  const missing = unaccounted(route, appRoutes);
  if (missing !== undefined) {
    const text = `on ${stage}, but ${missing.text}`;
    // On shadow no client meets it.
    return [(stage === 'shadow' ? warning : fault)(subject, text, missing.remedy)];
  }
  const found = findAppRoute(route, appRoutes ?? []);
  const outdated = found === undefined ? [] : outdatedAccounts(route, found);
  return outdated.length === 0
    ? []
    : [warning(subject, `accounts for ${outdated.join(', ')}, which the monolith does not run before it`, 'remove it')];
}

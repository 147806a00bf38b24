import type { Db } from 'mongodb';
import { readFleet, type Fleet } from '../../../fleet/fleet';
import { readLastBreach, type StageDocument } from '../../../history/stages';
import type { OverrideState } from '../../../overrides/state';
import { readOverrideState } from '../../../overrides/store';
import { loadRouteTable } from '../../../route-table/load';
import type { Route } from '../../../route-table/route';
import type { RoutesLocation } from '../../../route-table/location';
import type { Rate, Rates } from './rates';

/** What is so now. */
export interface Picture {
  readonly at: Date;
  readonly routes: readonly Route[];
  readonly state: OverrideState;
  readonly rates: ReadonlyMap<string, Rate>;
  readonly fleet: Fleet;
  /** The guard's last, also of a route that was resumed since. */
  readonly lastBreach: StageDocument | undefined;
}

/** Reads what changes from second to second. Throws the driver's error, and ConfigError for a bad route table. */
export async function takePicture(
  db: Db,
  { location, rates, at }: { readonly location: RoutesLocation; readonly rates: Rates; readonly at: Date },
): Promise<Picture> {
  const { routesFile: file, s3Endpoint } = location;
  const { routes } = await loadRouteTable({ file, s3Endpoint, lambdaAvailable: true });
  return {
    at,
    routes,
    state: await readOverrideState(db),
    rates: await rates.read(db, at),
    fleet: await readFleet(db),
    lastBreach: await readLastBreach(db),
  };
}

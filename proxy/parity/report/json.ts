import type { CaseResult, ParityRun, RouteResult } from '../../../shared/parity/result';
import { toCurl } from './curl';

export interface ReproducibleCase extends CaseResult {
  readonly reproduce?: { readonly control: string; readonly candidate: string };
}

export type ReproducibleRun = Omit<ParityRun, 'routes'> & {
  readonly routes: readonly (Omit<RouteResult, 'cases'> & { readonly cases: readonly ReproducibleCase[] })[];
};

/** A run as `--json` prints it: its result, and for what differs the `curl` for each side. */
export function toJson(run: ParityRun): ReproducibleRun {
  const withCommands = (result: CaseResult): ReproducibleCase => {
    const { verdict, request, identity } = result;
    if (verdict !== 'different') return result;
    const [control, candidate] = [run.control, run.candidate].map(({ url }) => toCurl(request, url, identity));
    return control === undefined || candidate === undefined ? result : { ...result, reproduce: { control, candidate } };
  };
  return { ...run, routes: run.routes.map((route) => ({ ...route, cases: route.cases.map(withCommands) })) };
}

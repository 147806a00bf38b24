import type { Logger } from '../../shared/logger';
import { writeRules } from '../../shared/parity/propose-rule';
import type { NoisePlace } from '../observation';
import type { Route } from '../route-table/route';

/** As many in a row are no coincidence. */
const ENOUGH = 5;

/** Says once for each route that all that is compared is noise, so that it can never gather evidence, and which rules would help. */
export class NoiseWarning {
  private readonly inARow = new Map<string, number>();

  constructor(private readonly logger: Logger) {}

  compared({ id }: Pick<Route, 'id'>): void {
    // Infinity: has been warned of, or has evidence.
    this.inARow.set(id, Infinity);
  }

  dropped({ id }: Pick<Route, 'id'>, places: readonly NoisePlace[]): void {
    const times = (this.inARow.get(id) ?? 0) + 1;
    this.inARow.set(id, times === ENOUGH ? Infinity : times);
    if (times !== ENOUGH) return;
    this.logger.warn(
      { route: id, places: places.map(({ path }) => path), rules: writeRules(id, places) },
      'shadow: no comparison of this route counts, because legacy does not repeat itself; add rules to the parity rules',
    );
  }
}

import { withoutUrlSecrets } from './printable';

/** What every error of this project carries besides its message. */
export interface ErrorDetails {
  /** Stable, for programs and logs: `route_table_invalid`, `upstream_refused`. */
  readonly code: string;
  /** The HTTP status an edge answers with when the error reaches it; 500 by default. */
  readonly statusCode?: number;
  /** What went wrong underneath, kept whole rather than flattened to text. */
  readonly cause?: unknown;
}

/** The one error shape. Edges map it: below 500 the client sees `message`. Addresses in a message lose user, password and query. */
export class BanyanError extends Error {
  override readonly name: string = 'BanyanError';
  readonly code: string;
  readonly statusCode: number;

  constructor(message: string, { code, statusCode = 500, cause }: ErrorDetails) {
    super(withoutUrlSecrets(message), cause === undefined ? undefined : { cause });
    this.code = code;
    this.statusCode = statusCode;
  }
}

/** A configuration (environment, file) that cannot be used. `faults` lists every fault found, each naming its place. */
export class ConfigError extends BanyanError {
  override readonly name = 'ConfigError';
  readonly faults: readonly string[];

  constructor(source: string, faults: readonly string[], cause?: unknown) {
    super(`${source}: ${faults.join('; ')}`, { code: 'config_invalid', cause });
    this.faults = faults.map(withoutUrlSecrets);
  }
}

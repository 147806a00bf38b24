import type { Environment } from '../../shared/env';
import type { RunningGateway } from '../../shared/local/gateway';
import type { Logger } from '../../shared/logger';

/** Starts what a project needs besides MongoDB, the monolith and its functions: the default export of the module that `dev.services` names. */
export type StartServices = (given: {
  readonly mongodbUri: string;
  /** `MONGODB_URI` names the database: nothing may be written there unasked. */
  readonly isNamed: boolean;
  readonly env: Environment;
  readonly logger: Logger;
}) => Promise<Services>;

/** Variables; undefined takes away what the shell has. */
type Variables = Readonly<Record<string, string | undefined>>;

/** What a project has started. */
export interface Services {
  /** Variables of the monolith. */
  readonly monolith?: Variables;
  /** Values of variables that functions declare. */
  readonly functions?: Readonly<Record<string, string>>;
  /** What every function finds besides what it declares, such as the addresses of services. */
  readonly platform?: Readonly<Record<string, string>>;
  /** For the table that is shown at the start. */
  readonly rows?: readonly Row[];
  /** Called and awaited once everything runs. Without serverless.yml there is no gateway. */
  readonly onReady?: (running: {
    readonly proxyUrl: string;
    readonly gateway: RunningGateway | undefined;
  }) => void | Promise<void>;
  /** What is seeded, for the line about the database: `demo data`. */
  readonly seeded?: string;
  close(): Promise<void>;
}

/** A line of the table: what runs, where (`{{proxy}}` is the proxy's URL), what for. */
export interface Row {
  readonly name: string;
  readonly url: string;
  readonly note: string;
}

import type { EndpointType } from '../api-gateway/limits';
import type { Authenticator, Credential } from '../session/authenticator';
import type { Identity, IdentityResolver } from '../session/identity';
import type { SessionConfig, SessionOptions } from '../session/session-config';

/** One answer that never varies: the gateway gives it when no function runs, so it must be the monolith's to the byte. */
export interface FixedResponse {
  readonly statusCode: number;
  /** In addition to those under `responses.headers`; `content-length` is left to the sender. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The monolith's own answers, for the gateway to give when no function runs. */
export interface ResponsesConfig {
  /** On every answer, CORS headers included where the monolith sends them on errors too. Fixed: none can depend on the request. */
  readonly headers: Readonly<Record<string, string>>;
  readonly unauthorized: FixedResponse;
  readonly forbidden: FixedResponse;
  readonly internalError: FixedResponse;
}

/** How a parity test gets the credentials of one kind of client. */
export type ParityIdentity =
  /** Sends nothing. */
  | { readonly kind: 'anonymous' }
  /** Sends these headers with every request. */
  | { readonly kind: 'headers'; readonly headers: Readonly<Record<string, string>> }
  | StepsIdentity
  | RecordedIdentity;

/** Logs in by several requests to the monolith, as a browser does, then sends the cookies that these have set. */
export interface StepsIdentity {
  readonly kind: 'steps';
  readonly steps: readonly LoginStep[];
  /** Sent with every step and every request, such as `X-Forwarded-Proto: https` where the session cookie is `Secure`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent with every request after the login: `{ authorization: 'Bearer {{token}}' }`. */
  readonly credentials?: Readonly<Record<string, string>>;
}

/** One request of a login. `{{name}}` stands for what an earlier step has extracted. Redirects are not followed: each is a step. */
export interface LoginStep {
  /** `GET /login`. */
  readonly request: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The body as a form sends it (`application/x-www-form-urlencoded`). */
  readonly form?: Readonly<Record<string, string>>;
  /** The body as JSON. */
  readonly json?: unknown;
  /** What must come; default: any below 400. */
  readonly status?: number | readonly number[];
  /** Where the answer must redirect to: many apps redirect a failed login as well, to another page. */
  readonly location?: string;
  /** Read out of the answer, by name. */
  readonly extract?: Readonly<Record<string, Extraction>>;
}

/** Where a value is in an answer. */
export type Extraction =
  /** `form input[name=_csrf]`: tags, ids, classes, attributes, one below another. Without `attribute` a field's value, a meta's content, a link's target, else the text. */
  | { readonly selector: string; readonly attribute?: string }
  /** The first group, or all of the match. */
  | { readonly pattern: RegExp }
  /** `$.csrfToken`. */
  | { readonly jsonPath: string }
  | { readonly header: string };

/** Logs in as a browser or the proxy has recorded it. */
export interface RecordedIdentity {
  readonly kind: 'recorded';
  /** A HAR file, from the project's root. Form tokens are read from the pages each time. */
  readonly har: string;
  /** Of fields, in the place of what was recorded: passwords, which recordings of the proxy do not have. */
  readonly values?: Readonly<Record<string, string>>;
  /** As for steps. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** What parity tests compare, as whom, and what may differ. */
export interface ParityConfig {
  /** By the name that test reports show. */
  readonly identities: Readonly<Record<string, ParityIdentity>>;
  /** Files and folders with suites of cases, from the project's root. Default: `banyan/parity/cases`. */
  readonly cases?: readonly string[];
  /** HAR files, from the project's root, whose requests give values to generated cases. Default: none. */
  readonly recordings?: readonly string[];
  /** What may differ, and why: a YAML file, from the project's root. Default: `banyan/parity/rules.yml`, which need not exist. */
  readonly rules?: string;
  /** A module whose default export starts both sides, each on data of its own: see shared/parity/sides.ts. Default: `banyan/parity/system.ts`. */
  readonly system?: string;
  /** Mutants that no client can see, each with its reason: a YAML file for `banyan parity mutate`. Default: `banyan/parity/mutants.yml`, which need not exist. */
  readonly mutants?: string;
  /** What a parity run's world takes from your data: see {@link SampleConfig}. */
  readonly sample?: SampleConfig;
  /** What recordings must not keep, in addition to tokens, keys and fields whose names say that they are secret. */
  readonly redact?: RedactConfig;
}

/** What `banyan parity sample` reads of a database, and what of it stays as it is. */
export interface SampleConfig {
  /** By collection: the fields whose values stay, such as `status`, `tags` or `venue.country`; those of all others are replaced. */
  readonly collections: Readonly<Record<string, readonly string[]>>;
  /** Default: `banyan/parity/sample.json`, which need not exist. */
  readonly file?: string;
}

export interface RedactConfig {
  /** Paths in JSON bodies whose values are removed, such as `$.user.email` or `$..phone`. */
  readonly paths?: readonly string[];
  /** Cookies whose values may stay, such as a language; those of all others are removed. */
  readonly keepCookies?: readonly string[];
}

/** A function that was packaged. */
export interface PackagedFunction {
  /** Its key in serverless.yml. */
  readonly name: string;
  /** `path/to/file.export` */
  readonly handler: string;
  readonly inVpc: boolean;
}

/** How large a function's zip may be. */
export interface ZipLimit {
  readonly bytes: number;
  /** For which functions, after "a function": `with MongoDB`. */
  readonly kind: string;
}

/** What `banyan package` judges by. */
export interface DeploymentConfig {
  /** How large a function's zip may be: beyond, something is in it by mistake, and cold starts grow. Default: no limit. */
  readonly zipLimit?: (packaged: PackagedFunction) => ZipLimit | undefined;
}

/** A user of the seeded database. */
export interface DevUser {
  readonly name: string;
  readonly password: string;
  /** Such as its roles. */
  readonly note?: string;
}

/** What `banyan dev` cannot detect. */
export interface DevConfig {
  /** The command that starts the monolith, in the project's root, or the URL where it runs. Default: `npm start` if package.json has it, else `app` is run. */
  readonly legacy?: string;
  /** What the database that is started here is called. Default: as the project's folder. */
  readonly database?: string;
  /** Variables of the monolith and of functions that declare them. `{{MONGODB_URI}}` and `{{PORT}}` stand for those of this run. */
  readonly environment?: Readonly<Record<string, string>>;
  /** A command that fills the database before the monolith starts; never run on a database that `MONGODB_URI` names. */
  readonly seed?: string;
  /** A module whose default export starts what else the project needs (`StartServices` of `banyan-strangler/proxy`), from the project's root. */
  readonly services?: string;
  /** Shown at the start, unless `MONGODB_URI` names the database. */
  readonly users?: readonly DevUser[];
  /** Command lines to paste, shown at the start. `{{proxy}}` is the proxy's URL, `{{user}}` and `{{password}}` are those of the first user. */
  readonly requests?: readonly string[];
}

/** The deployed API, as far as its requests and refusals depend on it. */
export interface GatewayConfig {
  /** Limits URLs and headers sent to Lambda. With several types of stage the strictest; `LAMBDA_ENDPOINT_TYPE` overrides it per deployment. */
  readonly endpointType: EndpointType;
  /**
   * Who is behind a 403 AccessDeniedException. API Gateway answers a policy returned by an authorizer and its own resource policy
   * with the same status, header and gateway response. `resource-policy`: no authorizer returns Deny (those of `lambda/authorizer`
   * never do), so legacy may answer instead. `authorizer`: one does, so the client gets the 403.
   */
  readonly accessDeniedBy: 'resource-policy' | 'authorizer';
}

/** One kind of credential that the monolith accepts. */
export type AcceptedCredential = Credential & {
  /** Ids of listed routes on which the monolith does not accept it. */
  readonly exceptRoutes?: readonly string[];
};

/** What a team writes in banyan.config.ts. */
export interface BanyanOptions<I extends Identity = Identity> {
  /** The module that starts the Express app (it listens), or exports it, from the project's root. `app.js#createApp` names the export. */
  readonly app: string;
  /** The route table, from the project's root. Default: `banyan/routes.yml`, which need not exist. The variable `ROUTES_FILE` wins. */
  readonly routes?: string;
  /** The file with the functions, from the project's root. Default: `banyan/serverless.yml`. */
  readonly serverless?: string;
  /** Load balancers, CDNs and other proxies in front of Banyan's. Default 0. The variable `TRUSTED_HOPS` wins. */
  readonly trustedHops?: number;
  readonly session: SessionOptions;
  readonly identity: IdentityResolver<I>;
  /** Asked in this order; usually the session first. */
  readonly authenticators: readonly Authenticator<NoInfer<I>>[];
  /** What the monolith accepts besides its session, such as API keys; `banyan check` warns of those that Lambda would refuse. */
  readonly credentials?: readonly AcceptedCredential[];
  readonly responses: ResponsesConfig;
  /** Default: `{ endpointType: 'private', accessDeniedBy: 'resource-policy' }`, whose limits every endpoint type accepts. */
  readonly gateway?: Partial<GatewayConfig>;
  readonly parity: ParityConfig;
  readonly deployment?: DeploymentConfig;
  /** What `banyan dev` runs and shows. */
  readonly dev?: DevConfig;
}

/** The same, checked, with every default filled in, frozen. */
export interface BanyanConfig<I extends Identity = Identity> extends Omit<BanyanOptions<I>, 'session' | 'gateway'> {
  readonly session: SessionConfig;
  readonly gateway: GatewayConfig;
}

import { z } from 'zod';
import { canarySchema, percent } from './canary-settings';
import { guardSchema } from './guard-settings';

/** The way of a route, in this order. */
export const STAGES = ['legacy', 'shadow', 'canary', 'lambda', 'retired'] as const;
export type Stage = (typeof STAGES)[number];

/** Who may call a route: users only, also anonymous clients, or everyone without being asked. */
export const AUTHS = ['required', 'optional', 'none'] as const;

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** `METHOD /path` with Express 4 path syntax; static text is limited to what may stand in a URL path (RFC 3986 section 3.3). */
export const MATCH_PATTERN = /^(GET|POST|PUT|PATCH|DELETE) (\/[A-Za-z0-9\-._~!$&'()*+,;=:@%?/\\|[\]^]*)$/;

const token = z.string().regex(/^[A-Za-z0-9!#$%&'*+\-.^_`|~]+$/, 'expected a name, for example x-api-key');

const condition = z.union(
  [
    z.strictObject({ header: token.describe('the request carries this header, whatever its value') }),
    z.strictObject({ cookie: token.describe('the request carries this cookie') }),
    z.strictObject({ query: z.string().min(1).describe('the query string has this parameter') }),
  ],
  { error: 'expected one of {header: name}, {cookie: name}, {query: name}' },
);

const bytes = z.int('expected a whole number of bytes').min(0, 'expected a whole number of bytes');
const shareMessage = 'expected a share from 0 to 1';
const userId = z.string('expected the id of a user').min(1, 'expected the id of a user').max(256);

const share = z.number(shareMessage).min(0, shareMessage).max(1, shareMessage);

export const shadowSchema = z.strictObject({
  sample: share.default(1).describe('Share of the safe requests that are compared'),
  maxBodyBytes: bytes.default(1024 * 1024).describe('Larger answers are not compared'),
});

const fallback = z.strictObject({
  statuses: z
    .array(z.int().min(500, 'expected statuses from 500 to 599').max(599, 'expected statuses from 500 to 599'))
    .describe('Statuses of Lambda on which legacy answers instead'),
});

const account = z.union(
  [
    z.enum(['reproduced', 'todo']),
    z.strictObject({ dropped: z.string().min(1).max(500).describe('Why it may be missing') }),
  ],
  { error: 'expected reproduced, { dropped: why }, or todo' },
);
const middleware = z.record(z.string().min(1).max(200), account);

export const routeSchema = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'expected lower-case letters, digits and hyphens, 64 at most')
    .describe('Names the route in logs, metrics and commands'),
  match: z
    .string()
    .regex(
      MATCH_PATTERN,
      `expected a method and a path such as "GET /api/events/:eventId"; methods: ${METHODS.join(', ')} (HEAD follows GET, everything else stays on legacy)`,
    )
    .describe('Method and Express 4 path. Case-insensitive, trailing slash allowed, first listed wins'),
  stage: z
    .enum(STAGES, { error: `expected one of ${STAGES.join(', ')}` })
    .describe(
      'legacy: the monolith answers. shadow: it answers, and a sample goes to Lambda too, to be compared. canary: Lambda answers `percent` of the users. lambda: Lambda answers, the monolith is the fallback. retired: the monolith no longer has the route',
    ),
  percent: percent
    .optional()
    .describe('Share of users that Lambda answers on stage canary; with `canary`, at most. Raising it only adds users'),
  canary: canarySchema
    .optional()
    .describe(
      "On stage canary the share climbs automatically, in steps, while evidence and guard hold. Adds to the file's",
    ),
  shadow: shadowSchema
    .optional()
    .describe("What is compared on stage shadow and, if given, of legacy's answers on stage canary"),
  safe: z
    .boolean('expected true or false')
    .optional()
    .describe('false: a GET that changes data. It is never mirrored, and never falls back to legacy'),
  fallback: z
    .union([z.literal(false), fallback], { error: 'expected false or {statuses: [502, 503, 504]}' })
    .optional()
    .describe(
      'Whether legacy answers safe requests when Lambda fails: connection failures, timeouts, 429 and these statuses (default 502, 503, 504). false: never',
    ),
  guard: z
    .union([z.literal(false), guardSchema], { error: 'expected false or an object of limits' })
    .optional()
    .describe('Limits beyond which the guard rolls the route back. false: no guard'),
  maxBodyBytes: bytes.optional().describe("Requests with a larger body stay on legacy. Default: the file's"),
  record: z
    .strictObject({ sample: share.describe('Share of the sessions, from 0 to 1') })
    .optional()
    .describe('Exchanges to write to RECORD_DIR as HAR, tokens and passwords replaced'),
  timeout: z
    .number('expected seconds, from 0.1 to 900')
    .min(0.1, 'expected seconds, from 0.1 to 900')
    .max(900, 'expected seconds, from 0.1 to 900')
    .optional()
    .describe('Seconds that Lambda has until its answer begins. Default: LAMBDA_TIMEOUT'),
  auth: z
    .enum(AUTHS, { error: `expected one of ${AUTHS.join(', ')}` })
    .optional()
    .describe(
      'Who may call it, as on the monolith: required (default), optional (anonymous requests pass, too), none (no authorizer). serverless.yml must agree',
    ),
  lifted: z
    .boolean('expected true or false')
    .optional()
    .describe("true: its function is the monolith's own app, with all of its middleware"),
  middleware: middleware
    .optional()
    .describe(
      "The middleware in front of this route on the monolith, by the names that `banyan routes` prints, and what became of it on Lambda: reproduced, {dropped: why}, or todo, which is not accounted for. Adds to the file's",
    ),
  unless: z
    .union([condition, z.array(condition).min(1)], {
      error: 'expected {header: name}, {cookie: name} or {query: name}, or a list of these',
    })
    .optional()
    .describe(
      'Requests that stay on legacy although the route is on Lambda, for example {header: x-partner-key}, a credential that no authenticator knows',
    ),
});

/** What became of a middleware of the monolith on Lambda. */
export type Account = z.infer<typeof account>;

export const routesFileSchema = z.strictObject({
  maxBodyBytes: bytes
    .optional()
    .describe(
      'Requests with a larger body stay on legacy: the limit of the body parsers in front of its routes, which answer 413 before authentication',
    ),
  middleware: middleware
    .optional()
    .describe('The middleware in front of all or most routes on the monolith, and what became of it on Lambda'),
  canary: canarySchema
    .optional()
    .describe('What the routes with `canary` have in common; no route climbs by this alone'),
  cohorts: z
    .strictObject({
      lambda: z.array(userId).optional().describe('These users get Lambda on every canary route'),
      legacy: z.array(userId).optional().describe('These users get legacy on every canary route'),
    })
    .optional()
    .describe('Users assigned to one side by hand, by the id in their session'),
  routes: z.array(routeSchema),
});

export type RouteEntry = z.infer<typeof routeSchema>;
export type RoutesFile = z.infer<typeof routesFileSchema>;
export type Condition = z.infer<typeof condition>;
/** What of a route's traffic is compared. */
export type ShadowSettings = Readonly<z.output<typeof shadowSchema>>;

/** JSON Schema of `routes.yml` for editors; `routes.schema.json` is its checked-in copy. */
export function routesJsonSchema(): object {
  return { title: 'Banyan route table', ...z.toJSONSchema(routesFileSchema, { io: 'input' }) };
}

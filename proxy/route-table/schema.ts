import { z } from 'zod';

/** Stages that this version serves. */
export const STAGES = ['legacy', 'lambda'] as const;
/** Stages that are part of the design and refused by name until they exist. */
export const LATER_STAGES = ['shadow', 'canary', 'retired'] as const;

/** Who may call a route: users only, also nobody in particular, or anybody because nobody is asked for. */
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

/** One route as written in `routes.yml`. */
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
    .enum(STAGES, {
      error: ({ input }) =>
        LATER_STAGES.some((stage) => stage === input)
          ? `stage "${String(input)}" is not available in this version; allowed: ${STAGES.join(', ')}`
          : `expected one of ${STAGES.join(', ')}`,
    })
    .describe('Who answers: legacy or lambda'),
  auth: z
    .enum(AUTHS, { error: `expected one of ${AUTHS.join(', ')}` })
    .optional()
    .describe(
      'Who may call it, as the monolith decides: required (default), optional (anonymous requests are let through), none (no authorizer). serverless.yml must say the same',
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

/** The whole file. */
export const routesFileSchema = z.strictObject({
  maxBodyBytes: z
    .int('expected a whole number of bytes')
    .min(0, 'expected a whole number of bytes')
    .optional()
    .describe(
      'Requests with a larger body stay on legacy: the limit of the body parsers in front of its routes, which refuse with 413 before they ask who is sending',
    ),
  routes: z.array(routeSchema),
});

export type RouteEntry = z.infer<typeof routeSchema>;
export type Condition = z.infer<typeof condition>;

/** JSON Schema of `routes.yml` for editors; `routes.schema.json` is its checked-in copy. */
export function routesJsonSchema(): object {
  return { title: 'Banyan route table', ...z.toJSONSchema(routesFileSchema) };
}

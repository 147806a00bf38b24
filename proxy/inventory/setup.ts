import { z } from 'zod';

/** Where a secret comes from: names of variables, never a value. */
const secret = z.object({
  /** In how many values. */
  count: z.number(),
  /** Variables that hold one of them. */
  variables: z.array(z.string()),
  /** It looks damaged, and the app uses it as it is. */
  isVerbatim: z.boolean(),
});
export type SecretFact = z.infer<typeof secret>;

const store = z.object({
  /** Its package, or the file of the app that makes it. */
  from: z.string(),
  isMemory: z.boolean(),
  /** Texts, numbers and booleans among its options, by their names. */
  options: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  /** Names of options that are functions. */
  functions: z.array(z.string()),
  encryption: z
    .object({
      scheme: z.enum(['kruptein', 'webcrypto', 'unknown']),
      secret: secret.optional(),
      hashing: z.string().optional(),
      encodeas: z.string().optional(),
    })
    .optional(),
});

const session = z.object({
  cookieName: z.string(),
  cookiePath: z.string(),
  /** Whether the cookie is sent by HTTPS only. */
  secure: z.union([z.boolean(), z.literal('auto')]),
  rolling: z.boolean(),
  resave: z.boolean(),
  secret,
  store,
});
export type SessionFact = z.infer<typeof session>;

/** What `serializeUser` keeps of a user, found by a user that is none; and how `deserializeUser` finds the user again. */
const user = z.object({
  /** passport's key in the session. */
  key: z.string(),
  /** `id`: text, a number or an ObjectId; `data`: an object. */
  shape: z.enum(['id', 'data', 'unknown']),
  /** Of an id the property that it is; of data its keys. */
  properties: z.array(z.string()),
  /** Of an id where it is looked up; `none`: `deserializeUser` accepts any; `unseen`: it refuses one that does not exist, by what was not seen. */
  lookup: z.union([z.object({ collection: z.string(), field: z.string() }), z.enum(['none', 'unseen'])]).optional(),
});
export type UserFact = z.infer<typeof user>;

const answer = z.object({
  path: z.string(),
  statusCode: z.number(),
  /** Those that stay the same from request to request. */
  headers: z.record(z.string(), z.string()),
  body: z.string(),
  /** False: the same request got another body the next time. */
  isFixed: z.boolean(),
  /** What was there both times with another value: headers by name, and fields of pages that hold a token against CSRF. */
  varies: z.object({ headers: z.array(z.string()), fields: z.array(z.string()) }),
});
export type AnswerFact = z.infer<typeof answer>;

/** What the app really passes to Express, express-session, its store and passport. */
export const setupSchema = z.object({
  trustProxy: z.union([z.boolean(), z.number(), z.string()]),
  /** In order of creation. */
  sessions: z.array(session),
  user: user.optional(),
  /** That hold a connection string which it uses. */
  databaseVariables: z.array(z.string()),
  /** To an anonymous GET of routes without parameters and hazards. */
  answers: z.array(answer),
});
export type Setup = z.infer<typeof setupSchema>;

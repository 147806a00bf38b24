import { z } from 'zod';
import { setupSchema } from './setup';

/** Where a middleware stands: in front of the whole app, of a router, of the route alone, or of one of its parameters. */
export const LEVELS = ['global', 'router', 'route', 'param'] as const;

const middleware = z.object({
  /** Names it in `middleware` of routes.yml. */
  name: z.string(),
  level: z.enum(LEVELS),
  /** Where it is defined: `lib/access.js:2`, or a package. */
  place: z.string(),
});

/** What a move can break. */
export const HAZARDS = [
  'session',
  'csrf',
  'memory',
  'emitter',
  'timer',
  'stream',
  'file',
  'multipart',
  'write',
  'outgoing',
  'credential',
] as const;
export type HazardKind = (typeof HAZARDS)[number];
const hazard = z.object({ kind: z.enum(HAZARDS), text: z.string(), place: z.string() });
export type Hazard = z.infer<typeof hazard>;

export const routeSchema = z.object({
  /** Upper case; `ALL` for any. */
  method: z.string(),
  /** In full, as the app has written it; a regular expression in slashes. */
  path: z.string(),
  handler: z.object({ name: z.string(), place: z.string() }),
  /** What a request passes before the handler, in this order. */
  middleware: z.array(middleware),
  hazards: z.array(hazard),
  /** Whether it answers with a view. */
  renders: z.boolean(),
  /** False: it is of a package, or made at run time. */
  isReadable: z.boolean(),
  /** An earlier route that takes its requests and passes none of them on. */
  shadowedBy: z.string().optional(),
  /** What a trace has seen of it: answers by status. */
  seen: z.object({ requests: z.number(), statuses: z.record(z.string(), z.number()) }).optional(),
});

const inventory = z.object({
  express: z.string(),
  /** In matching order. */
  routes: z.array(routeSchema),
  /** What answers in addition to the routes: by `app.use('/path', handler)`, or what no route answers; and what answers errors. In matching order. */
  handlers: z.array(
    z.object({ kind: z.enum(['mounted', 'error']), path: z.string(), name: z.string(), place: z.string() }),
  ),
  /** Variables that its own code has read, and whether they were set. */
  variables: z.array(z.object({ name: z.string(), isSet: z.boolean() })),
  /** What it could not do here: addresses that it may not reach, errors that it did not catch. */
  notes: z.array(z.string()),
  /** When it was ordered. */
  setup: setupSchema.optional(),
});

/** What the process in which the app runs has to say in the end. */
export const reportSchema = z.union([
  z.object({ inventory }),
  z.object({
    failure: z.string(),
    /** Variables that the app has read and that are not set. */
    unset: z.array(z.string()),
    /** It ended without listening: what it printed last may say why. */
    hasEnded: z.boolean(),
  }),
]);

export type Middleware = z.infer<typeof middleware>;
export type AppRoute = z.infer<typeof routeSchema>;
export type Inventory = z.infer<typeof inventory>;
/** Handlers that answer but are not routes. */
export type OtherHandler = Inventory['handlers'][number];
export type Report = z.infer<typeof reportSchema>;

/** What that process is started with. */
export interface Order {
  /** Absolute. */
  readonly entry: string;
  /** The export that is, or makes, the app; undefined: it listens, or exports an app. */
  readonly exported: string | undefined;
  /** Of the app that is meant, where several listen. */
  readonly port: number | undefined;
  /** Places are reported from here. */
  readonly root: string;
  /** Of the embedded MongoDB; undefined: there is none. */
  readonly mongoPort: number | undefined;
  /** Whether the app reaches what it wants to, its own MongoDB included. */
  readonly mayConnect: boolean;
  /** Whether to find out what the app passes to express-session and passport, and what it answers. */
  readonly withSetup: boolean;
}

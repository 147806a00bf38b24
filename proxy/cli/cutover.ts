import { Argument, InvalidArgumentError, Option, type Command } from 'commander';
import { STAGES, type Stage } from '../route-table/schema';
import type { CliIo, CommonOptions, Finish } from './cli-io';
import { readCutoverEnvironment, readProjectRoutes, readProjectRules, readPublishedRoutes } from './config';
import type { CommandResult } from './exit-codes';
import { DEFAULT_RULES } from '../ledger/promotion-rules';
import { wholeNumber, withJson } from './options';
import { promote } from './promote/promote';
import { promoteReady } from './promote/promote-ready';
import { resume, rollBack, setKillSwitch } from './overrides/change-overrides';
import { orWithoutDatabase } from './overrides/without-database';
import { showStatus } from './status/status';
import { watchStatus } from './status/watch/watch';
import { withDatabase } from './with-database';

type JsonOption = Pick<CommonOptions, 'json'>;

interface ReasonOptions extends JsonOption {
  readonly reason: string;
  readonly by?: string;
}
interface PromoteOptions extends JsonOption {
  readonly to?: Stage;
  readonly allReady?: true;
  readonly percent?: number;
  readonly maxMismatchRate: number;
  readonly minCanaryRequests: number;
  readonly minLambdaRequests: number;
  readonly development?: true;
  readonly approvedBy?: string;
  readonly force?: true;
  readonly reason?: string;
  readonly by?: string;
  readonly dryRun?: true;
}

const VARIABLES = `
Variables: MONGODB_URI, ROUTES_FILE (routes of banyan.config.ts, else banyan/routes.yml), LEGACY_VERSION, LAMBDA_VERSION (unversioned), as for the proxies
With banyan dev: the MONGODB_URI that it prints with the status command`;
const LATER_STAGES = STAGES.slice(1);

export function addCutoverCommands(program: Command, io: CliIo, finish: Finish): void {
  const withReason = (command: Command): Command => {
    // No mandatory reason: an emergency brake must not be refused.
    return withJson(command)
      .option('--reason <text>', 'why; recorded in the ledger', 'no reason given')
      .option('--by <name>', 'who makes the change (default: your user name)')
      .addHelpText('after', VARIABLES);
  };

  withJson(program.command('status'))
    .description(
      "Show each route's stage, overrides, traffic on both sides and evidence, and whether the running proxies agree",
    )
    .addOption(new Option('--watch', 'keep showing stages, split, rates and proxies until Ctrl-C').conflicts('json'))
    .addHelpText('after', VARIABLES)
    .action(async (options: JsonOption & { readonly watch?: true }) => {
      const { mongodbUri, versions } = readCutoverEnvironment(io.env);
      const location = readPublishedRoutes(io.env);
      const show = (db: Parameters<typeof showStatus>[0]['db']) =>
        options.watch === true
          ? watchStatus({ location, db, io })
          : showStatus({ ...location, versions, parityRules: readProjectRules(io.env), db, now: io.now() });
      finish(await withDatabase(mongodbUri, show), options);
    });

  withJson(program.command('promote'))
    .description(
      'Move a route to the next stage in routes.yml if the evidence suffices; otherwise list what is missing',
    )
    .argument('[route]', 'id in routes.yml')
    .addOption(new Option('--to <stage>', `the next stage: ${LATER_STAGES.join(', ')}`).argParser(readStage))
    .option(
      '--percent <share>',
      'share of users on stage canary; the ceiling of a route that climbs automatically',
      readPercent,
    )
    .option('--all-ready', 'move every route on shadow or canary that is ready, and list what the others lack')
    .option(
      '--max-mismatch-rate <percent>',
      'highest acceptable share of clients who would see a mismatch (upper confidence bound)',
      readPercent,
      DEFAULT_RULES.maxMismatchRate * 100,
    )
    .option(
      '--min-canary-requests <count>',
      'answers clients must have had from Lambda on canary, before lambda',
      wholeNumber(0, 999_999_999),
      DEFAULT_RULES.minAnswers.canary,
    )
    .option(
      '--min-lambda-requests <count>',
      'answers clients must have had from Lambda on lambda, before retired',
      wholeNumber(0, 999_999_999),
      DEFAULT_RULES.minAnswers.lambda,
    )
    .option(
      '--development',
      'for local use: accept evidence from the embedded MongoDB and from one client, and no answers to clients yet',
    )
    .option('--approved-by <name>', 'who vouches for a route with few clients, given replayed recordings and the suite')
    .option('--force', 'promote despite missing evidence; needs --by and --reason, and stays in the status')
    .option('--reason <text>', 'why it is forced')
    .option('--by <name>', 'who makes the change (default, unless forced: your user name)')
    .option('--dry-run', 'report what would happen without changing anything')
    .addHelpText('after', VARIABLES)
    .action(async (routeId: string | undefined, options: PromoteOptions, command: Command) => {
      const { to, allReady, percent, force, reason, development = false, dryRun = false } = options;
      const isOfOne = [routeId, to, force, options.approvedBy].some((given) => given !== undefined);
      if (allReady === true && isOfOne)
        command.error('error: --all-ready takes no route, --to, --force or --approved-by');
      if (allReady !== true && (routeId === undefined || to === undefined))
        command.error('error: name a route and the next stage, as in promote list-events --to shadow; or --all-ready');
      if (to !== 'canary' && percent !== undefined) command.error('error: --percent is for --to canary only');
      if (force === true && (reason === undefined || options.by === undefined))
        command.error('error: --force needs --by <name> and --reason "..."');
      const { mongodbUri, versions, user } = readCutoverEnvironment(io.env);
      const { file: routesFile, publishedTo } = readProjectRoutes(io.env);
      const run = (db: Parameters<typeof promote>[0]['db']) => {
        const parts = {
          routesFile,
          publishedTo,
          versions,
          rules: {
            maxMismatchRate: options.maxMismatchRate / 100,
            minAnswers: { canary: options.minCanaryRequests, lambda: options.minLambdaRequests },
            development,
            approvedBy: options.approvedBy,
          },
          parityRules: readProjectRules(io.env),
          by: options.by ?? user,
          dryRun,
          db,
          now: io.now(),
        };
        if (routeId === undefined || to === undefined) return promoteReady(parts);
        const forcedBecause = force === true ? reason : undefined;
        return promote({ ...parts, routeId, target: { stage: to, percent }, forcedBecause });
      };
      finish(await withDatabase(mongodbUri, run), options);
    });

  for (const [name, work, description] of [
    ['rollback', rollBack, 'Roll routes back to legacy on every proxy, until resume'],
    ['resume', resume, 'End rollbacks: the route table decides again'],
  ] as const)
    withReason(program.command(name))
      .description(description)
      .argument('<route...>', 'ids in routes.yml')
      .action(async (routeIds: readonly string[], options: ReasonOptions) => {
        const changeIt = (): Promise<CommandResult> => {
          const { mongodbUri, versions, user } = readCutoverEnvironment(io.env);
          const location = readPublishedRoutes(io.env);
          const change = { by: options.by ?? user, why: options.reason, versions, now: io.now(), ...waiting(io) };
          const run = async (db: Parameters<typeof work>[0]['db']) =>
            together(await Promise.all(routeIds.map((routeId) => work({ ...change, ...location, routeId, db }))));
          return withDatabase(mongodbUri, run);
        };
        finish(await (name === 'rollback' ? orWithoutDatabase('route', changeIt) : changeIt()), options);
      });

  withReason(program.command('kill-switch'))
    .description('Send all listed routes (except retired ones) to legacy on every proxy, or return to the route table')
    .addArgument(new Argument('<state>').choices(['on', 'off']))
    .action(async (state: 'on' | 'off', options: ReasonOptions) => {
      const switchIt = (): Promise<CommandResult> => {
        const { mongodbUri, versions, user } = readCutoverEnvironment(io.env);
        const change = { by: options.by ?? user, why: options.reason, versions, now: io.now(), ...waiting(io) };
        const run = (db: Parameters<typeof setKillSwitch>[1]['db']) => setKillSwitch(state, { ...change, db });
        return withDatabase(mongodbUri, run);
      };
      finish(await (state === 'on' ? orWithoutDatabase('all', switchIt) : switchIt()), options);
    });
}

/** What became of several routes, as of one; the worst exit code stands for all. */
function together(results: readonly CommandResult[]): CommandResult {
  const [first] = results;
  if (first !== undefined && results.length === 1) return first;
  const worst = results.reduce((one, other) => (other.exitCode > one.exitCode ? other : one));
  return {
    exitCode: worst.exitCode,
    text: results.map(({ text }) => text).join(''),
    json: { routes: results.map(({ json }) => json) },
  };
}

/** Whoever looks on may stop the command: what it is for has been done. */
function waiting({ isTerminal, writeError }: CliIo): { readonly onWritten?: () => void } {
  return isTerminal === true ? { onWritten: () => writeError('written; waiting for the proxies\n') } : {};
}

function readStage(text: string): Stage {
  const stage = LATER_STAGES.find((name) => name === text);
  if (stage !== undefined) return stage;
  throw new InvalidArgumentError(
    text === 'legacy'
      ? 'cannot promote to legacy: "banyan rollback <route>" moves a route back at once; "stage: legacy" in routes.yml does so permanently'
      : `expected ${LATER_STAGES.join(', ')}`,
  );
}

function readPercent(text: string): number {
  const value = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && value > 0 && value <= 100) return value;
  throw new InvalidArgumentError('expected a number above 0 and up to 100');
}

import { Option, type Command } from 'commander';
import { BanyanError } from '../../../shared/errors';
import { routeSchema } from '../../route-table/schema';
import { takeInventory } from '../../inventory/take-inventory';
import type { CliIo, CommonOptions, Finish } from '../cli-io';
import { withCommonOptions } from '../options';
import { EXIT } from '../exit-codes';
import { withPlaceholders } from '../placeholders';
import { applyChanges, type Change } from './changes';
import { findExamples } from './examples';
import { findRequested } from './find-requested';
import { planAddition } from './plan-addition';
import { planRemoval } from './plan-removal';
import { loadScaffoldProject } from './project';
import { paramsOf } from './sources';

interface AddOptions extends CommonOptions {
  readonly lift?: true;
  readonly rewrite?: true;
  readonly id?: string;
}

interface RemoveOptions extends CommonOptions {
  readonly force?: boolean;
}

/** Adds `banyan add` and `banyan remove`. */
export function addScaffoldCommands(program: Command, io: CliIo, finish: Finish): void {
  withCommonOptions(program.command('add'))
    .description(
      'Write what a route needs to move: its function, entries in serverless.yml and routes.yml, and a parity suite',
    )
    .argument('<route>', "method and path as banyan routes lists them: 'GET /items/:id'")
    .addOption(new Option('--lift', "the function runs the monolith's own app").conflicts('rewrite'))
    .option('--rewrite', 'a skeleton for you to fill in; it answers 501 until then')
    .option('--id <name>', 'id of the route; default: from method and path, such as get-item', readId)
    .addHelpText(
      'after',
      `
The route starts on stage legacy: clients see no difference. banyan remove <id> undoes it. Either all files are written or none, and no file is overwritten.
Variables: those of the app, from the environment or the .env next to its package.json; MONGODB_URI, to find values for path
parameters (read-only); ROUTES_FILE`,
    )
    .action(async (text: string, { lift, rewrite, id, config, ...options }: AddOptions) => {
      if (lift !== true && rewrite !== true)
        throw new BanyanError("choose --lift (runs the monolith's own app) or --rewrite (starts a new function)", {
          code: 'usage',
        });
      const project = loadScaffoldProject(io.env, config);
      const { banyan, root } = project;
      const inventory = await takeInventory({ app: banyan.app, root, env: withPlaceholders(io.env, banyan) });
      const requested = findRequested(text, inventory.routes);
      const examples = await findExamples(requested.path, paramsOf(requested.path), io.env['MONGODB_URI']);
      const mode = lift === true ? 'lift' : 'rewrite';
      const addition = planAddition(project, inventory, requested, { mode, id, examples });
      applyChanges(addition.changes);
      const { notes } = addition;
      const database =
        io.env['MONGODB_URI'] === undefined
          ? '   # with the MONGODB_URI of the proxies, or that banyan dev prints'
          : '';
      const next = [
        ...(mode === 'lift' ? [] : [`write ${addition.changes[0]?.file ?? ''}`, 'npx banyan routes --write']),
        'npx banyan check',
        `npx banyan parity run --route ${addition.id}`,
        `npx banyan promote ${addition.id} --to ${requested.method === 'GET' ? 'shadow' : 'canary'}${database}`,
      ];
      const lines = [
        ...describeChanges(addition.changes),
        `${addition.id} (${requested.method} ${requested.path}) is on stage legacy: clients see no difference.`,
        ...section('To do or to know', notes),
        ...section('Next', next),
      ];
      const json = { id: addition.id, ...listChanges(addition.changes), notes, next };
      finish({ exitCode: EXIT.fine, text: `${lines.join('\n')}\n`, json }, options);
    });

  withCommonOptions(program.command('remove'))
    .description('Undo banyan add: delete its files and its entries in serverless.yml and routes.yml')
    .argument('<id>', 'id of a route on stage legacy')
    .option('--force', 'even if the files were edited since')
    .addHelpText('after', '\nVariables: ROUTES_FILE')
    .action((id: string, { force = false, config, ...options }: RemoveOptions) => {
      const project = loadScaffoldProject(io.env, config);
      const { changes, objections, stage } = planRemoval(project, id);
      const refusals = [
        ...(stage === 'legacy'
          ? []
          : [`it is on stage ${stage}: set stage: legacy in ${project.routes.file} and publish that first`]),
        ...(force ? [] : objections),
      ];
      if (refusals.length > 0) {
        const hint = stage === 'legacy' ? ['To remove it anyway: --force'] : [];
        const text = [`refused: ${id}`, ...refusals.map((line) => `  ${line}`), ...hint].join('\n');
        finish({ exitCode: EXIT.refused, text: `${text}\n`, json: { id, refusals } }, options);
        return;
      }
      applyChanges(changes);
      finish(
        {
          exitCode: EXIT.fine,
          text: `${describeChanges(changes).join('\n')}\n`,
          json: { id, ...listChanges(changes) },
        },
        options,
      );
    });
}

function listChanges(
  changes: readonly Change[],
): Readonly<Record<'written' | 'changed' | 'deleted', readonly string[]>> {
  const files = (holds: (change: Change) => boolean): string[] =>
    changes.filter((change) => change.before !== change.after && holds(change)).map(({ file }) => file);
  return {
    written: files(({ before }) => before === undefined),
    changed: files(({ before, after }) => before !== undefined && after !== undefined),
    deleted: files(({ after }) => after === undefined),
  };
}

const describeChanges = (changes: readonly Change[]): readonly string[] =>
  Object.entries(listChanges(changes)).flatMap(([what, files]) => files.map((file) => `${what.padEnd(7)}  ${file}`));

const section = (title: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : ['', `${title}:`, ...lines.map((line) => `  ${line}`)];

function readId(text: string): string {
  const { success, error } = routeSchema.shape.id.safeParse(text);
  if (success) return text;
  throw new BanyanError(`--id is ${JSON.stringify(text)}; ${error.issues[0]?.message ?? ''}`, { code: 'usage' });
}

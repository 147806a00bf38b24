import { InvalidArgumentError, type Command } from 'commander';
import { findProject } from '../../../shared/config/load';
import { writeAppRoutes } from '../../inventory/app-routes';
import { takeInventory } from '../../inventory/take-inventory';
import type { CliIo, CommonOptions, Finish } from '../cli-io';
import { readProjectRoutes } from '../config';
import { withPlaceholders } from '../placeholders';
import { EXIT } from '../exit-codes';
import { describeInventory } from './describe-inventory';

interface RoutesOptions extends CommonOptions {
  readonly app?: string;
  readonly port?: number;
  readonly write?: true;
}

/** Adds `banyan routes`, the inventory of the monolith. */
export function addRoutesCommand(program: Command, io: CliIo, finish: Finish): void {
  program
    .command('routes')
    .description(
      "List the monolith's routes in matching order, with their handlers and the middleware in front of each",
    )
    .option(
      '--app <file>',
      'the module that starts or exports the app (app.js#createApp); default: app of banyan.config.ts',
    )
    .option('--port <number>', 'of the app that is meant, where several listen', readPort)
    .option('--write', 'keep the list in app-routes.json next to the route table, for promote')
    .option('--json', 'print JSON instead of text')
    .option('--config <file>', 'path of another banyan.config.ts')
    .addHelpText(
      'after',
      '\nThe app is started in a process of its own, in which it listens on no port and reaches nothing but an empty MongoDB.\nVariables: what the app needs, from the environment or from .env next to its package.json; ROUTES_FILE',
    )
    .action(async ({ app, port, write, config, ...options }: RoutesOptions) => {
      const { banyan, root } = findProject(process.cwd(), config);
      const env = withPlaceholders(io.env, banyan.session);
      const inventory = await takeInventory({
        app: app ?? banyan.app,
        root: app === undefined ? root : process.cwd(),
        port,
        env,
      });
      const { file: routesFile } = readProjectRoutes(io.env);
      const written = write && (await writeAppRoutes(routesFile, inventory.routes));
      const text = describeInventory(inventory);
      finish(
        {
          exitCode: EXIT.fine,
          text: written === undefined ? text : `${text}written: ${written}\n`,
          json: { ...inventory, written },
        },
        options,
      );
    });
}

function readPort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new InvalidArgumentError('expected a port, from 1 to 65535');
  return port;
}

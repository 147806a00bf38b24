import type { Command } from 'commander';
import { existsSync } from 'node:fs';
import { findProject } from '../../../shared/config/load';
import { readTraffic } from '../../inventory/access-log';
import { writeAppRoutes } from '../../inventory/app-routes';
import { takeInventory } from '../../inventory/take-inventory';
import { runTraced } from '../../inventory/trace/run-traced';
import { withTrace } from '../../inventory/trace/trace';
import { collectionOf } from '../../../shared/session/session-config';
import type { CliIo, CommonOptions, Finish } from '../cli-io';
import { readProjectRoutes } from '../config';
import { withPlaceholders } from '../placeholders';
import { EXIT } from '../exit-codes';
import { readPort, withCommonOptions } from '../options';
import { loadRouteTable } from '../../route-table/load';
import { describeInventory, judgeRoutes } from './describe-inventory';
import { flagTable, suitesOf } from './table-flags';

interface RoutesOptions extends CommonOptions {
  readonly app?: string;
  readonly port?: number;
  readonly write?: true;
  readonly accessLog?: string;
  readonly trace?: true;
}

/** Adds `banyan routes`, the inventory of the monolith. */
export function addRoutesCommand(program: Command, io: CliIo, finish: Finish): void {
  withCommonOptions(program.command('routes'))
    .description(
      "List the monolith's routes: whether to lift, rewrite or leave each, and why; its handler and middleware",
    )
    .option(
      '--app <file>',
      'module that starts or exports the app (app.js#createApp); default: app in banyan.config.ts',
    )
    .option('--port <number>', 'which app, if several listen', readPort)
    .option('--access-log <file>', 'rank by traffic: an ALB log, the combined format or JSON lines, gzipped or not')
    .option('--trace', 'also run a command, such as the app or its tests, and observe its requests')
    .argument('[command...]', 'for --trace: banyan routes --trace -- npm test')
    .option('--write', 'save the list as app-routes.json next to the route table, for promote')
    .addHelpText(
      'after',
      '\nThe app starts in a separate process that opens no port and reaches only an empty MongoDB.\nVariables: those of the app, from the environment or the .env next to its package.json; ROUTES_FILE',
    )
    .action(async (command: readonly string[], given: RoutesOptions, own: Command) => {
      const { app, port, write, config, accessLog, trace, ...options } = given;
      if (trace === true && command.length === 0)
        own.error('error: --trace needs a command: banyan routes --trace -- npm test');
      if (trace !== true && command.length > 0) own.error('error: a command is for --trace only');
      const { banyan, root, places } = findProject(process.cwd(), config);
      const env = withPlaceholders(io.env, banyan);
      const from = app === undefined ? root : process.cwd();
      const read = await takeInventory({ app: app ?? banyan.app, root: from, port, env });
      const traced =
        trace &&
        (await runTraced(
          command,
          { routes: read.routes, ownCollections: [collectionOf(banyan.session.store)] },
          io.env,
        ));
      const inventory = traced === undefined ? read : withTrace(read, traced.trace);
      const traffic = accessLog === undefined ? undefined : await readTraffic(accessLog, inventory.routes);
      const judged = judgeRoutes(inventory.routes, traffic);
      const { file: routesFile } = readProjectRoutes(io.env);
      const cases = places.parity.cases.map((place) => place.path);
      const flags = existsSync(routesFile)
        ? flagTable(await readTable(routesFile), inventory.routes, suitesOf(cases))
        : [];
      const written = write && (await writeAppRoutes(routesFile, inventory.routes));
      const ran = traced && { command: command.join(' '), exitCode: traced.exitCode, unknown: traced.trace.unknown };
      const text = describeInventory(inventory, { judged, traffic, flags, ran });
      const { express, handlers, notes } = inventory;
      const routes = judged.map(({ route, ...verdict }) => ({ ...route, ...verdict }));
      const log = traffic && { requests: traffic.requests, unknown: traffic.unknown, brokenLines: traffic.brokenLines };
      finish(
        {
          exitCode: EXIT.fine,
          text: written === undefined ? text : `${text}written: ${written}\n`,
          json: { express, routes, handlers, flags, notes, accessLog: log, trace: ran, written },
        },
        options,
      );
    });
}

const readTable = (file: string) => loadRouteTable({ file, lambdaAvailable: true });

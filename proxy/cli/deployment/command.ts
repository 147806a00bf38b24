import path from 'node:path';
import type { Command } from 'commander';
import { findProject, loadBanyanConfig } from '../../../shared/config/load';
import { placesOf } from '../../../shared/config/places';
import { gatewayResponsesFile } from '../../../shared/deployment/gateway-responses-file';
import { packageStage } from '../../../shared/deployment/package/package-stage';
import { writeText } from '../../../shared/text-file';
import type { CliIo, CommonOptions, Finish } from '../cli-io';
import { EXIT } from '../exit-codes';
import { withCommonOptions } from '../options';
import { describePackage } from './describe-package';

interface PackageFlags extends CommonOptions {
  readonly stage?: string;
  readonly serverless?: string;
  readonly zips?: string;
  readonly output?: string;
}

/** Adds `banyan package` and `banyan gateway-responses` to the program. */
export function addDeploymentCommands(program: Command, io: CliIo, finish: Finish): void {
  withCommonOptions(program.command('package'))
    .description('Package the functions of one stage as they would be deployed, without credentials or network')
    .option('--stage <stage>', 'stage of serverless.yml, such as prod')
    .option('--serverless <file>', 'the file with the functions; default: serverless of banyan.config.ts')
    .option('--zips <folder>', 'promote zips that were packaged before, as BANYAN_ZIPS does for a deployment')
    .option(
      '--output <folder>',
      'where the result goes; default: .serverless next to serverless.yml. It is emptied first',
    )
    .addHelpText(
      'after',
      `
Writes the CloudFormation template and one zip per function to .serverless/ next to serverless.yml, which is emptied first.
What the stage looks up in AWS is a placeholder: the result is for checks, not for deployment. Size limits of zips are
deployment.zipLimit of banyan.config.ts. Each zip is loaded in an empty folder with only the environment that
serverless.yml declares; what cannot start fails by the name of what is missing. Needs the Serverless Framework (osls) and the plugins that serverless.yml names.`,
    )
    .action(async ({ stage, serverless, zips, output, ...options }: PackageFlags) => {
      const { banyan, places } = findProject(process.cwd(), options.config);
      const packaged = await packageStage({
        serverlessFile: path.resolve(serverless ?? places.serverless.path),
        stage,
        ...(output !== undefined && { output: path.resolve(output) }),
        zips: zips && path.resolve(zips),
        frameworkOutput: 'stderr',
        env: io.env,
        ...banyan.deployment,
      });
      finish(describePackage(packaged), options);
    });

  withCommonOptions(program.command('gateway-responses'))
    .description('Write the answers that API Gateway gives itself, from the responses in banyan.config.ts')
    .argument('[file]', 'default: gateway-responses.yml next to serverless.yml')
    .addHelpText('after', '\nName the file under resources in serverless.yml: - ${file(./gateway-responses.yml)}')
    .action((given: string | undefined, options: CommonOptions) => {
      const { banyan, file: configFile } = loadBanyanConfig(process.cwd(), options.config);
      const { serverless } = placesOf(banyan, path.dirname(configFile));
      const file = given ?? path.join(path.dirname(serverless.path), 'gateway-responses.yml');
      writeText(file, gatewayResponsesFile(banyan));
      finish({ exitCode: EXIT.fine, text: `Wrote ${file}\n`, json: { file } }, options);
    });
}

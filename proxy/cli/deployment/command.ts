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
    .description("Package one stage's functions as they would be deployed, without credentials or network")
    .option('--stage <stage>', 'stage in serverless.yml, such as prod')
    .option('--serverless <file>', 'file with the functions; default: serverless in banyan.config.ts')
    .option('--zips <folder>', 'reuse zips packaged earlier, as BANYAN_ZIPS does for a deployment')
    .option('--output <folder>', 'where to write; default: .serverless next to serverless.yml. It is emptied first')
    .addHelpText(
      'after',
      `
Writes the CloudFormation template and one zip per function. Values that the stage looks up in AWS are placeholders, so the result is
for checks, not for deployment. deployment.zipLimit in banyan.config.ts limits the size of zips. Each zip is loaded in an empty folder
with only the environment that serverless.yml declares; a failure names what is missing.
Needs the Serverless Framework (osls) and the plugins that serverless.yml names.`,
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
    .description("Write API Gateway's own answers (401, 403, 500), from the responses in banyan.config.ts")
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

import { loadBanyanConfig } from '../../../shared/config/load';
import type { Environment } from '../../../shared/env';
import { readSessionEnvironment } from '../config';
import { describeError } from '../describe-error';
import { diagnoseDeployment } from '../doctor/diagnose';
import { EXIT, type CommandResult } from '../exit-codes';
import { withDatabase } from '../with-database';
import type { Examined } from './examine';

/** What `banyan session doctor` says. A store that cannot be reached, or a secret that is not set here, is no failure: the files are written. */
export async function runDoctor({ inventory }: Examined, env: Environment, now: Date): Promise<CommandResult> {
  // The app's own name for the connection string.
  const [name = 'MONGODB_URI'] = inventory?.setup?.databaseVariables ?? [];
  try {
    const { banyan } = loadBanyanConfig(process.cwd());
    const { mongodbUri, session } = readSessionEnvironment(banyan.session, {
      ...env,
      MONGODB_URI: env['MONGODB_URI'] ?? env[name],
    });
    return await withDatabase(mongodbUri, (db) => diagnoseDeployment({ banyan, session, db, now }));
  } catch (error) {
    const { lines } = describeError(error);
    return { exitCode: EXIT.fine, text: `not run: ${lines.join('; ')}\n`, json: { notRun: lines } };
  }
}

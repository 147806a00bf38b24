import { BanyanError } from './errors';

/** A package that only some installations need: an optional peer. */
interface OptionalPackage {
  readonly name: string;
  /** Others that are needed with it. */
  readonly others?: readonly string[];
  /** What needs it, as the subject of a sentence: `GUARD_SNS_TOPIC_ARN`, `The local SQS`. */
  readonly neededBy: string;
  /** Needed for development only. */
  readonly development?: boolean;
}

/** Loads an optional package at its first use. Throws BanyanError `package_missing` naming the package to install. */
export async function loadOptional<T>(
  { name, others = [], neededBy, development = false }: OptionalPackage,
  load: () => Promise<T>,
): Promise<T> {
  try {
    return await load();
  } catch (error) {
    const names = [name, ...others];
    if (!names.some((one) => isMissing(error, one))) throw error;
    const flag = development ? ' --save-dev' : '';
    const packages = others.length === 0 ? `the package ${name}` : `the packages ${names.join(', ')}`;
    throw new BanyanError(`${neededBy} needs ${packages}; run "npm install${flag} ${names.join(' ')}"`, {
      code: 'package_missing',
      cause: error,
    });
  }
}

/** Not a package that the installed one lacks: that is another fault. */
function isMissing(error: unknown, name: string): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false;
  const isAbsence = error.code === 'ERR_MODULE_NOT_FOUND' || error.code === 'MODULE_NOT_FOUND';
  return isAbsence && error.message.includes(`'${name}'`);
}

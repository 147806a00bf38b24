import { BanyanError } from '../../../shared/errors';
import { describeError } from '../describe-error';

const ALL_ROUTES =
  'without MongoDB: on each proxy, create the file named by KILL_SWITCH_FILE or run "kill -USR2 <pid>"; all listed routes go to legacy at once';
const ONE_ROUTE = 'one route without MongoDB: set "stage: legacy" in routes.yml on each proxy';

/** Does `work`; when MongoDB stands in the way, the error adds what returns one route or all routes without it. */
export async function orWithoutDatabase<T>(what: 'route' | 'all', work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const { code, lines } = describeError(cause);
    if (!code.startsWith('database_') && !lines.some((line) => line.includes('MONGODB_URI'))) throw cause;
    const wayOut = what === 'route' ? [ONE_ROUTE, ALL_ROUTES] : [ALL_ROUTES];
    throw new BanyanError([...lines, ...wayOut].join('\n'), { code, cause });
  }
}

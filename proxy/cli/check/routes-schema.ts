import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { parseJson } from '../../../shared/session/parse-json';
import { routesJsonSchema } from '../../route-table/schema';
import { ok, warning, type Finding } from '../finding';

/** Whether the schema next to the route table, which editors use, is the one that the proxy uses. */
export function checkRoutesSchema(routesFile: string): Finding[] {
  const file = path.join(path.dirname(routesFile), 'routes.schema.json');
  if (!existsSync(file)) return [];
  const expected: unknown = JSON.parse(JSON.stringify(routesJsonSchema()));
  if (isDeepStrictEqual(parseJson(readFileSync(file, 'utf8')), expected))
    return [ok('schema', `${file} is up to date`)];
  return [
    warning(
      'schema',
      `${file} is out of date: editors validate the route table against old rules`,
      'run npm run schema',
    ),
  ];
}

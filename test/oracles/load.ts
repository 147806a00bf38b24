import { createRequire } from 'node:module';
import path from 'node:path';

export type Workspace =
  | 'connect-mongo-3'
  | 'connect-mongo-4'
  | 'connect-mongo-5'
  | 'connect-mongo-6'
  | 'connect-mongodb-session-5'
  | 'kruptein-3.1'
  | 'kruptein-3.4'
  | 'passport-0.4';

/** A package as code in this workspace would see it. The caller says what it is: the old versions' types contradict today's. */
export function loadFrom(workspace: Workspace, name: string): unknown {
  const load: (id: string) => unknown = createRequire(path.join(__dirname, workspace, 'package.json'));
  return load(name);
}

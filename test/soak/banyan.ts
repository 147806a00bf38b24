import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Subject } from '../bench/subject';
import { startChild } from './children';
import type { SoakOptions } from './check';

/** A proxy in a process of its own. */
export interface Banyan extends Subject {
  readonly routesFile: string;
  /** Resident memory after a collection, in bytes. */
  memory(): Promise<number>;
  /** Open files and sockets. */
  descriptors(): number;
}

/** Starts the compiled proxy. */
export async function startBanyan(
  { built, folder }: SoakOptions,
  legacyUrl: string,
  routes: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Banyan> {
  const routesFile = path.join(folder, 'routes.yml');
  await writeFile(routesFile, routes);
  const subject = await startChild(path.join(built, 'banyan.js'), [legacyUrl], {
    ROUTES_FILE: routesFile,
    TRUSTED_HOPS: '1',
    SESSION_SECRET: SECRET,
    ...env,
  });
  return {
    ...subject,
    routesFile,
    async memory() {
      subject.process.send('memory');
      const [message] = (await once(subject.process, 'message')) as [unknown];
      if (typeof message === 'object' && message !== null && 'memory' in message && typeof message.memory === 'number')
        return message.memory;
      throw new Error('the proxy does not tell its memory');
    },
    descriptors: () => readdirSync(`/proc/${subject.pid}/fd`).length,
  };
}

export const SECRET = 'a secret of the soak tests';

/** A listed route for reading, one for writing; anybody may call them. */
export function routes(stage: string, guard = 'guard: false'): string {
  return [
    'routes:',
    `  - {id: read, match: 'GET /api/events/:eventId', stage: ${stage}, auth: none, ${guard}}`,
    `  - {id: write, match: 'POST /api/events/:eventId', stage: ${stage}, auth: none, ${guard}}`,
    '',
  ].join('\n');
}

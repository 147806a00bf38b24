import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { Subject } from '../bench/subject';
import { startChild } from './children';
import type { SoakOptions } from './check';

/** A proxy in a process of its own. */
export interface Banyan extends Subject {
  readonly routesFile: string;
  /** What it holds after a collection. */
  held(): Promise<Held>;
}

export interface Held {
  /** Resident, in bytes. */
  readonly memory: number;
  /** Of it JavaScript objects, in bytes. */
  readonly heap: number;
  /** Open files and sockets. */
  readonly descriptors: number;
  /** Handles and requests of the event loop: sockets, timers, servers. */
  readonly resources: number;
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
    async held() {
      subject.process.send('memory');
      const [message] = (await once(subject.process, 'message')) as [unknown];
      const reported = z.object({ memory: z.number(), heap: z.number(), resources: z.number() }).parse(message);
      return { ...reported, descriptors: readdirSync(`/proc/${subject.pid}/fd`).length };
    },
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

/** Bytes in MB, with sign. */
export function megabytes(bytes: number): string {
  return `${bytes < 0 ? '-' : '+'}${(Math.abs(bytes) / 1024 / 1024).toFixed(1)} MB`;
}

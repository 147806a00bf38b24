import { readFile, stat } from 'node:fs/promises';
import { ConfigError } from '../../shared/errors';
import { refuseLarge, type RouteTableSource } from './source';

/** How often a file is looked at (ms). */
const FILE_INTERVAL = 100;

/** A route table in a file, which is followed by its path. */
export function openFileSource(file: string): RouteTableSource {
  let seen: string | undefined;
  let loaded: string | undefined;
  let fault: Error | undefined;
  const load = async (state: string): Promise<string> => {
    loaded = state;
    try {
      const text = await readText(file);
      fault = undefined;
      return text;
    } catch (error) {
      if (error instanceof Error) fault = error;
      throw error;
    }
  };
  return {
    pause: () => FILE_INTERVAL,
    async read() {
      seen = await stateOf(file);
      return load(seen);
    },
    async readIfChanged() {
      const state = await stateOf(file);
      // Saving is often several writes: the file is read once it is found the same twice.
      const isSettled = state === seen;
      seen = state;
      if (isSettled && state !== loaded) return load(state);
      if (fault !== undefined) throw fault;
      return undefined;
    },
    version: () => undefined,
    close: () => undefined,
  };
}

async function readText(file: string): Promise<string> {
  try {
    // Before it is read: whatever was put there by mistake must not fill the memory of a proxy that is answering.
    refuseLarge((await stat(file)).size, file);
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw new ConfigError('Route table', [`${file} cannot be read; set ROUTES_FILE to your routes.yml`], error);
  }
}

/** Found by its path each time: editors, Kubernetes and deploys replace files or links above, of which a watcher hears nothing. */
async function stateOf(file: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(file, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join();
  } catch {
    return 'absent';
  }
}

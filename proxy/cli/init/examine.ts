import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Environment } from '../../../shared/env';
import type { Inventory } from '../../inventory/inventory';
import { takeInventory } from '../../inventory/take-inventory';
import { askRunningApp } from './ask-running-app';
import { findEntry } from './find-entry';
import type { Manifest } from './peers';

export interface InitOptions {
  readonly entry?: string;
  readonly url?: URL;
  readonly port?: number;
  readonly connect?: true;
  readonly trustedHops?: number;
  readonly devDependencies: boolean;
  readonly yes?: true;
  readonly replace?: true;
  readonly json?: boolean;
}

/** What is known of the app. */
export interface Examined {
  /** As in banyan.config.*. */
  readonly app: string;
  /** How it was found, for people. */
  readonly foundBy: string;
  /** Undefined: only the running app was asked. */
  readonly inventory: Inventory | undefined;
  readonly cookieName: string | undefined;
}

/**
 * Starts the app, or with --url alone asks the running one.
 *
 * @param known the app of a banyan.config.* that exists
 * @throws InventoryError for an app that does not start, BanyanError where none is found or answers
 */
export async function examine(
  { entry, url, port, connect }: InitOptions,
  {
    manifest,
    known,
    env,
  }: { readonly manifest: Manifest; readonly known: string | undefined; readonly env: Environment },
): Promise<Examined> {
  const root = process.cwd();
  const exists = (file: string): boolean => existsSync(path.join(root, file));
  const named =
    entry === undefined ? undefined : path.relative(root, path.resolve(root, entry)).replaceAll(path.sep, '/');
  if (named === undefined && url !== undefined) {
    const cookieName = await askRunningApp(url);
    return { app: known ?? 'app.js', foundBy: 'default', inventory: undefined, cookieName };
  }
  const { file: app, by: foundBy } =
    named !== undefined
      ? { file: named, by: '--entry' }
      : known !== undefined
        ? { file: known, by: 'banyan.config' }
        : findEntry(manifest, exists);
  const inventory = await takeInventory({ app, root, port, env, mayConnect: connect === true, withSetup: true });
  return { app, foundBy, inventory, cookieName: undefined };
}

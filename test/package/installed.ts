import path from 'node:path';

/** The tarballs, and two projects that have them installed. */
export interface Installed {
  /** Of the kit. */
  readonly tarball: string;
  /** A project with the kit and the types of Node, nothing else. */
  readonly alone: string;
  /** A project that has the embedded MongoDB as well. */
  readonly withMongo: string;
}

const VARIABLE = 'BANYAN_INSTALLED';

/** For the tests that Jest starts after {@link Installed} is there. */
export function announce(installed: Installed): void {
  process.env[VARIABLE] = JSON.stringify(installed);
}

/** What the set-up of these tests has installed. */
export function installed(): Installed {
  const text = process.env[VARIABLE];
  if (text === undefined) throw new Error('nothing is installed; run these tests by npm run test:package');
  return JSON.parse(text) as Installed;
}

/** The root of this repository. */
export const ROOT = path.join(__dirname, '../..');

import { z } from 'zod';
import { peerRange } from '../../../shared/own-package';

/** What packaging and the local system need; production needs none of it. */
const PEERS = ['serverless', 'serverless-esbuild', 'esbuild', 'fflate', 'banyan-embedded-mongo'];

const manifestSchema = z.looseObject({
  name: z.string().optional(),
  type: z.string().optional(),
  main: z.string().optional(),
  scripts: z.record(z.string(), z.string()).optional(),
  dependencies: z.record(z.string(), z.string()).optional(),
  devDependencies: z.record(z.string(), z.string()).optional(),
});
export type Manifest = z.infer<typeof manifestSchema>;

/** @throws SyntaxError, ZodError for what is not a package.json */
export const parseManifest = (text: string): Manifest => manifestSchema.parse(JSON.parse(text));

/** The versions that this package works with, of what the project does not have yet. The framework is osls, under the name of the one it continues. */
export function missingPeers({ dependencies = {}, devDependencies = {} }: Manifest): ReadonlyMap<string, string> {
  return new Map(
    PEERS.filter((name) => !Object.hasOwn(dependencies, name) && !Object.hasOwn(devDependencies, name)).map((name) => {
      const range = peerRange(name);
      return [name, name === 'serverless' ? `npm:osls@${range}` : range];
    }),
  );
}

/** package.json with more devDependencies, in order, formatted as npm would: by the file's own indentation. */
export function withDevDependencies(text: string, added: ReadonlyMap<string, string>): string {
  const { devDependencies } = parseManifest(text);
  const all = Object.entries({ ...devDependencies, ...Object.fromEntries(added) });
  const sorted = Object.fromEntries(all.sort(([a], [b]) => (a < b ? -1 : 1)));
  const indent = /^[ \t]+/m.exec(text)?.[0] ?? '  ';
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const written = JSON.stringify({ ...(JSON.parse(text) as object), devDependencies: sorted }, null, indent).replaceAll(
    '\n',
    eol,
  );
  return written + (text.endsWith('\n') ? eol : '');
}

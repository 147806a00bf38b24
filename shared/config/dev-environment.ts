import type { BanyanConfig } from './types';

/** The variables that `dev.environment` gives, for a database and a port. */
export function devEnvironment(
  { dev }: Pick<BanyanConfig, 'dev'>,
  { mongodbUri, port }: { readonly mongodbUri: string; readonly port: number },
): Record<string, string> {
  const variables = Object.entries(dev?.environment ?? {});
  return Object.fromEntries(
    variables.map(([name, text]) => [
      name,
      text.replaceAll('{{MONGODB_URI}}', () => mongodbUri).replaceAll('{{PORT}}', String(port)),
    ]),
  );
}

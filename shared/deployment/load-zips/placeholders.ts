import { lambdaEnvironment } from '../../lambda-environment';
import type { PackagedFunction } from './service-state';

interface EnvironmentOptions {
  readonly region: string;
  /** The folder that the zip was unpacked into. */
  readonly taskRoot: string;
  /** An empty MongoDB. */
  readonly mongodbUri: string;
  /** Given for variables that only a deployment knows; they win over the made-up ones. */
  readonly placeholders: Readonly<Record<string, string>>;
  /** Folder of the packages that the runtime brings along. */
  readonly runtimePackages: string;
}

/** Names of what holds the address of a MongoDB; so does every value that is one. */
const MONGODB = /mongo|^(?:database|db)_ur[il]$/i;
const MONGODB_URI = /^mongodb(?:\+srv)?:\/\//;

/** All that a function finds in `process.env`: what it declares, with placeholders for what only a deployment knows, and what Lambda sets. */
export function environmentFor(
  { environment }: Pick<PackagedFunction, 'environment'>,
  { region, taskRoot, mongodbUri, placeholders, runtimePackages }: EnvironmentOptions,
): Readonly<Record<string, string>> {
  const declared = [...environment].map(([name, value]) => {
    if (value === undefined ? MONGODB.test(name) : MONGODB_URI.test(value)) return [name, mongodbUri];
    return [name, value ?? (Object.hasOwn(placeholders, name) ? placeholders[name] : placeholderFor(name))];
  });
  return {
    ...lambdaEnvironment(taskRoot, region),
    NODE_PATH: runtimePackages,
    // Nothing that is loaded here reaches AWS: port 9 discards, and nothing listens on it.
    AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
    ...(Object.fromEntries(declared) as Record<string, string>),
  };
}

/** By its name, what a program that checks its environment would take. */
function placeholderFor(name: string): string {
  if (/arn$/i.test(name)) return `arn:aws:sns:eu-west-1:123456789012:${name}`;
  if (/(?:ur[il]|endpoint|origin)$/i.test(name)) return `https://placeholder.invalid/${name.toLowerCase()}`;
  if (/(?:port|timeout|limit|size|count|seconds|ms)$/i.test(name)) return '3000';
  return `placeholder-for-${name.toLowerCase()}`.padEnd(32, '-');
}

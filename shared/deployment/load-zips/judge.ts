import type { PackagedFunction } from './service-state';

/** What the program in the zip's folder found out (lambda/deployment/load-function.js). */
export interface LoadReport {
  /** Why it could not be loaded or started. */
  readonly failure?: Failure | undefined;
  /** What invocations threw. */
  readonly failures?: readonly Failure[];
  readonly startMs?: number;
  /** In bytes. */
  readonly memory?: number;
  /** Variables that were read and not there, and the file that reads each; none for a package. */
  readonly missingVariables?: readonly (readonly [name: string, file: string | undefined | null])[];
  readonly views?: readonly { readonly name: string; readonly file: string; readonly reason: string }[];
  readonly mongoClients?: number;
  readonly unlistedBackground?: readonly { readonly startedBy: string; readonly what: string }[];
}

export interface Failure {
  readonly message: string;
  readonly code?: string | undefined;
  readonly stack?: string | undefined;
}

const MISSING_MODULE = /Cannot find (?:module|package) '([^']+)'/;
const MISSING_VIEW = /Failed to lookup view "([^"]+)"/;
const MISSING_FILE = /ENOENT: no such file or directory, \w+ '([^']+)'/;

/**
 * Why a function must not be deployed, a sentence each; none when all is well.
 *
 * @param printed what it wrote to its error output: apps answer errors themselves, and only print them
 */
export function faultsOf(
  { name, isLifted, environment }: Pick<PackagedFunction, 'name' | 'isLifted' | 'environment'>,
  report: LoadReport,
  printed: string,
): readonly string[] {
  const missing = report.missingVariables ?? [];
  const faults = new Set<string>();
  const views = new Set<string | undefined>(report.views?.map((view) => view.name));
  const { failure } = report;
  if (failure !== undefined)
    faults.add(
      `${whatIsMissing(failure.message) ?? `it does not start: ${firstLine(failure.message)}`}${readBefore(failure, missing)}`,
    );
  for (const { message } of report.failures ?? []) addMissing(faults, message, missing);
  // Of a start that fails the reason is printed as often as it is thrown.
  if (failure === undefined)
    for (const line of printed.split('\n')) {
      const what = MISSING_MODULE.test(line) || MISSING_VIEW.test(line) ? whatIsMissing(line) : undefined;
      if (what !== undefined && !views.has(MISSING_VIEW.exec(line)?.[1])) faults.add(what);
    }
  for (const view of report.views ?? [])
    faults.add(`view ${view.name} is missing, which ${view.file} renders: ${view.reason}`);
  for (const { startedBy, what } of report.unlistedBackground ?? [])
    faults.add(
      `${startedBy} ${what}, in every instance: list it where lift is called, background: { '${startedBy}': 'stopped' } or 'wanted'`,
    );
  if (isLifted && environment.get('NODE_ENV') !== 'production')
    faults.add(
      'NODE_ENV is not declared as production: Lambda does not set it, and Express then shows clients stack traces',
    );
  return [...faults].map((fault) => `${name}: ${fault}`);
}

function addMissing(faults: Set<string>, message: string, missing: LoadReport['missingVariables'] = []): void {
  const what = whatIsMissing(message);
  if (what !== undefined) faults.add(what);
  for (const [variable] of missing)
    if (new RegExp(`\\b${variable.replace(/\W/g, '\\$&')}\\b`).test(message))
      faults.add(`${variable} is not declared in serverless.yml for it: ${firstLine(message)}`);
}

function whatIsMissing(message: string): string | undefined {
  const module = MISSING_MODULE.exec(message)?.[1];
  if (module !== undefined) return `module ${module} is missing in its zip`;
  const view = MISSING_VIEW.exec(message)?.[1];
  if (view !== undefined) return `view ${view} is missing in its zip`;
  const file = MISSING_FILE.exec(message)?.[1];
  return file === undefined ? undefined : `file ${file} is missing in its zip`;
}

/** What the app's own files had read in vain before it failed: named, because an error seldom says so. */
function readBefore({ message }: Failure, missing: NonNullable<LoadReport['missingVariables']>): string {
  const named = missing.filter(([name]) => message.includes(name));
  const own = named.length > 0 ? named : missing.filter(([, file]) => typeof file === 'string');
  if (own.length === 0 || whatIsMissing(message) !== undefined) return '';
  return `. It reads ${own.map(([name]) => name).join(', ')}, not declared in serverless.yml for it`;
}

const firstLine = (text: string): string => text.split('\n', 1)[0] ?? '';

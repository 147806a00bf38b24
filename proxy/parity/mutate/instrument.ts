import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Logger } from '@stryker-mutator/api/logging';
import type { Ignorer } from '@stryker-mutator/api/ignore';
import type { Instrument } from '../../../shared/local/functions/mutation';
import { loadOptional } from '../../../shared/optional-package';

/** One change of the sources of functions, made by an operator of Stryker. */
export interface Mutant {
  readonly id: string;
  /** From the working directory, with `/`. */
  readonly file: string;
  readonly line: number;
  /** The line on which it begins, trimmed. */
  readonly source: string;
  /** `original => replacement`, white space made one. */
  readonly change: string;
  /** Stryker's name of it. */
  readonly operator: string;
}

/**
 * Makes all mutants of the files that functions are made of, in one text for each file.
 *
 * @param places files and folders, from the working directory, to which it keeps; all when there is none
 * @param onMutants gets them once they are made, always in the same order
 */
export function instrumentWith(places: readonly string[], onMutants: (mutants: readonly Mutant[]) => void): Instrument {
  const wanted = places.map((place) => path.resolve(place));
  return async (files) => {
    const chosen = files.filter(
      (file) => wanted.length === 0 || wanted.some((place) => file === place || file.startsWith(`${place}${path.sep}`)),
    );
    const sources = await Promise.all(
      chosen.map(async (name) => ({ name, content: await readFile(name, 'utf8'), mutate: true })),
    );
    const { Instrumenter } = await loadOptional(
      { name: '@stryker-mutator/instrumenter', neededBy: 'banyan parity mutate', development: true },
      () => import('@stryker-mutator/instrumenter'),
    );
    const options = { plugins: null, excludedMutations: [], ignorers: [LOG_LINES] };
    const made = await new Instrumenter(SILENT).instrument(sources, options);
    const lines = new Map(sources.map(({ name, content }) => [name, content.split('\n')]));
    onMutants(
      made.mutants
        .filter(({ status }) => status === undefined)
        .map(({ id, fileName, location, replacement, mutatorName }) => {
          const of = lines.get(fileName) ?? [];
          return {
            id,
            file: path.relative('', fileName).replaceAll(path.sep, '/'),
            line: location.start.line + 1,
            source: of[location.start.line]?.trim() ?? '',
            change: `${textAt(of, location)} => ${replacement}`.replaceAll(/\s+/g, ' '),
            operator: mutatorName,
          };
        }),
    );
    return new Map(made.files.map(({ name, content }) => [name, content]));
  };
}

interface Position {
  readonly line: number;
  readonly column: number;
}

/** Lines and columns begin at 0; the end is not included. */
function textAt(lines: readonly string[], { start, end }: { start: Position; end: Position }): string {
  const within = lines.slice(start.line, end.line + 1);
  const last = within.pop() ?? '';
  return [...within, last.slice(0, end.column)].join('\n').slice(start.column);
}

const nothing = (): void => undefined;
const no = (): boolean => false;
const SILENT: Logger = {
  ...{ trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing, fatal: nothing },
  ...{ isTraceEnabled: no, isDebugEnabled: no, isInfoEnabled: no, isWarnEnabled: no, isErrorEnabled: no },
  isFatalEnabled: no,
};

/** No client sees what is logged: `logger.info(...)`, `console.error(...)`. */
const LOG_LINES: Ignorer = {
  shouldIgnore(at) {
    const { node } = at as { readonly node?: { readonly type: string; readonly callee?: unknown } };
    if (node?.type !== 'CallExpression') return undefined;
    const { object, property } = (node.callee ?? {}) as {
      readonly object?: {
        readonly name?: string;
        readonly property?: { readonly name?: string };
        readonly callee?: { readonly name?: string };
      };
      readonly property?: { readonly name?: string };
    };
    const holder = object?.name ?? object?.property?.name ?? object?.callee?.name ?? '';
    return /^(?:trace|debug|info|log|warn|error|fatal)$/.test(property?.name ?? '') &&
      /^(?:console|log|.*logger)$/i.test(holder)
      ? 'a log line'
      : undefined;
  },
};

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Logger } from '@stryker-mutator/api/logging';
import type { Ignorer } from '@stryker-mutator/api/ignore';
import type { Instrument } from '../../../shared/local/functions/mutation';
import { loadOptional } from '../../../shared/optional-package';

/** One change to the functions' sources, made by an operator of Stryker. */
export interface Mutant {
  readonly id: string;
  /** Path from the working directory, with `/`. */
  readonly file: string;
  readonly line: number;
  /** The line on which it begins, trimmed. */
  readonly source: string;
  /** `original => replacement`, with white space collapsed. */
  readonly change: string;
  /** Stryker's name for the operator. */
  readonly operator: string;
}

/**
 * Makes all mutants of the files that functions are made of, with all of a file's mutants in one source text.
 *
 * @param places files and folders to mutate, from the working directory; all when empty
 * @param onMutants called once with all mutants, always in the same order
 */
export function instrumentWith(places: readonly string[], onMutants: (mutants: readonly Mutant[]) => void): Instrument {
  return async (files) => {
    const chosen = files.filter((file) => isWithin(file, places));
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

/** Whether a file is one of the places or inside one; always true when there are none. */
export function isWithin(file: string, places: readonly string[]): boolean {
  const isIn = (place: string): boolean => {
    const way = path.relative(place, file);
    return !path.isAbsolute(way) && way.split(path.sep)[0] !== '..';
  };
  return places.length === 0 || places.some(isIn);
}

interface Position {
  readonly line: number;
  readonly column: number;
}

/** The text of a range. Lines and columns begin at 0; the end is exclusive. */
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

/** What distinguishes the nodes below, as Babel names it. */
interface Node {
  readonly type: string;
  readonly name?: string;
  readonly callee?: Node;
  readonly object?: Node;
  readonly property?: Node;
  readonly expression?: Node;
  readonly body?: Node | readonly Node[];
  readonly test?: Node;
  readonly consequent?: Node;
  readonly alternate?: Node | null;
  readonly arguments?: readonly Node[];
}

interface Visited {
  readonly node?: Node;
  readonly scope: { isPure(node: Node | undefined): boolean };
}

/**
 * No client sees what is logged: `logger.info(...)`, `console.error(...)`, how loggers are made, and what does nothing else; nor what an
 * observer is given that need not be there: `observe?.({ step })`.
 */
const LOG_LINES: Ignorer = {
  shouldIgnore(at) {
    const { node, scope } = at as Visited;
    if (informsObserver(node, scope)) return 'for an observer';
    return makesLogger(node) || onlyLogs(node, scope) ? 'a log line' : undefined;
  },
};

/** A callback that may be missing, called for no result, with arguments that do nothing. */
function informsObserver(node: Node | undefined, scope: Visited['scope']): boolean {
  const call = node?.type === 'ExpressionStatement' ? node.expression : undefined;
  if (call?.type !== 'OptionalCallExpression' || call.callee?.type !== 'Identifier') return false;
  return (call.arguments ?? []).every((one) => scope.isPure(one));
}

/** A block, a function or an `if` too, whose condition must do nothing: `if (await remove(id)) logger.info(...)`. */
function onlyLogs(node: Node | undefined, scope: Visited['scope']): boolean {
  const logs = (one: Node | undefined): boolean => onlyLogs(one, scope);
  switch (node?.type) {
    case 'CallExpression':
      return /^(?:trace|debug|info|log|warn|error|fatal)$/.test(node.callee?.property?.name ?? '') && isOfLogger(node);
    case 'ExpressionStatement':
      return logs(node.expression);
    case 'BlockStatement':
    case 'ArrowFunctionExpression':
      return [node.body ?? []].flat().every(logs);
    case 'IfStatement':
      return !node.alternate && logs(node.consequent) && scope.isPure(node.test);
    default:
      return false;
  }
}

/** `createLogger(...)`, `new Logger(...)`, `winston.createLogger(...)`, `logger.child(...)`. */
function makesLogger(node: Node | undefined): boolean {
  if (node?.type !== 'CallExpression' && node?.type !== 'NewExpression') return false;
  const { name = node.callee?.property?.name ?? '' } = node.callee ?? {};
  return /^(?:(?:create|get|make)?logger|pino)$/i.test(name) || (name === 'child' && isOfLogger(node));
}

function isOfLogger({ callee }: Node): boolean {
  const object = callee?.object;
  return /^(?:console|log|.*logger)$/i.test(object?.name ?? object?.property?.name ?? object?.callee?.name ?? '');
}

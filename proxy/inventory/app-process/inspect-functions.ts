import { Session } from 'node:inspector';
import { findSourceMap } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseExpressionAt, type AnyNode, type ArrowFunctionExpression, type FunctionExpression } from 'acorn';
import type { Handler } from './express-types';
import { nodesIn } from './nodes';

export type FunctionNode = ArrowFunctionExpression | FunctionExpression;
/** Variables around a function that it, or a function next to it, uses; the innermost scope first. */
export type Scopes = readonly { readonly description: string; readonly object: Readonly<Record<string, unknown>> }[];

/** Where a function is defined. */
export interface Place {
  /** Absolute; where a source map names it, the source. */
  readonly file: string;
  readonly line: number;
  /** Of the code that runs, absolute. */
  readonly script: string;
  /** In it, from 0. */
  readonly generated: { readonly line: number; readonly column: number };
}

/** What V8 knows of functions that are there. */
export interface FunctionInspector {
  /** undefined: Node's own, or native. */
  placeOf(fn: Handler): Place | undefined;
  scopesOf(fn: Handler): Scopes;
  /** What a name in the function stands for outside of it; undefined: nothing, or unknown. */
  valueOf(fn: Handler, name: string): unknown;
  /** undefined: no JavaScript. */
  parse(fn: Handler): FunctionNode | undefined;
  /** The function that this one only calls for another: bound, or wrapped (`asyncHandler(fn)`). */
  unwrap(fn: Handler): Handler;
  /** Of a place in the code that runs, both from 0. */
  originalPlace(file: string, line: number, column: number): { readonly file: string; readonly line: number };
}

/** Where a function is handed over to the inspector, and values come back. */
const DESK = Symbol.for('banyan.inventory');
interface Inspected {
  readonly place: Place | undefined;
  readonly scopes: Scopes;
  readonly bound: Handler | undefined;
}

/** Opens a session with the inspector of this process; before the app is loaded, because scripts are reported as they are parsed. */
export function inspectFunctions(): FunctionInspector {
  const session = new Session();
  session.connect();
  const scripts = new Map<string, string>();
  session.on('Debugger.scriptParsed', ({ params: { scriptId, url } }) => scripts.set(scriptId, fileOf(url)));
  session.post('Debugger.enable');
  const desk: { value?: unknown } = {};
  Object.defineProperty(globalThis, DESK, { value: desk, enumerable: false });

  const inspected = new WeakMap<Handler, Inspected>();
  const inspect = (fn: Handler): Inspected => {
    const known = inspected.get(fn);
    if (known !== undefined) return known;
    desk.value = fn;
    const expression = `globalThis[Symbol.for('${String(DESK.description)}')].value`;
    const properties = post(session, 'Runtime.getProperties', {
      objectId: post(session, 'Runtime.evaluate', { expression }).result.objectId ?? '',
      ownProperties: true,
    });
    const internal = new Map(properties.internalProperties?.map(({ name, value }) => [name, value]));
    const valueBehind = (name: string): unknown => {
      const objectId = internal.get(name)?.objectId;
      if (objectId === undefined) return undefined;
      const functionDeclaration = `function () { ${expression} = this }`;
      post(session, 'Runtime.callFunctionOn', { objectId, functionDeclaration });
      return desk.value;
    };
    const location = internal.get('[[FunctionLocation]]')?.value as LocationValue | undefined;
    const result: Inspected = {
      place: location && placeOf(scripts.get(location.scriptId) ?? '', location),
      scopes: scopesIn(valueBehind('[[Scopes]]')),
      bound: valueBehind('[[TargetFunction]]') as Handler | undefined,
    };
    inspected.set(fn, result);
    return result;
  };

  const parsed = new WeakMap<Handler, FunctionNode | undefined>();
  const parse = (fn: Handler): FunctionNode | undefined => {
    if (!parsed.has(fn)) parsed.set(fn, parseFunction(fn));
    return parsed.get(fn);
  };
  const valueOf = (fn: Handler, name: string): unknown =>
    inspect(fn).scopes.find(({ object }) => Object.hasOwn(object, name))?.object[name];
  const placeOfFile = (fn: Handler): string => inspect(fn).place?.file ?? '';
  const unwrap = (fn: Handler): Handler => {
    const inner = inspect(fn).bound ?? wrappedBy(parse(fn), (name) => valueOf(fn, name));
    // What a package does is named by the package's own function.
    return inner === undefined || inner === fn || /node_modules/.test(placeOfFile(inner)) ? fn : unwrap(inner);
  };
  return {
    placeOf: (fn) => inspect(fn).place,
    scopesOf: (fn) => inspect(fn).scopes,
    valueOf,
    parse,
    unwrap,
    originalPlace: original,
  };
}

interface LocationValue {
  readonly scriptId: string;
  readonly lineNumber: number;
  readonly columnNumber: number;
}

/** The methods that are used here answer at once. */
function post<M extends keyof Answers>(session: Session, method: M, params: Params[M]): Answers[M] {
  let answer: Answers[M] | undefined;
  let failure: Error | null = null;
  session.post(method as string, params as object, (error, result) => {
    failure = error;
    answer = result as Answers[M] | undefined;
  });
  if (answer === undefined) throw new Error(`The inspector does not answer ${method}`, { cause: failure });
  return answer;
}
interface RemoteValue {
  readonly objectId?: string;
  readonly value?: unknown;
}
interface Params {
  'Runtime.evaluate': { expression: string };
  'Runtime.getProperties': { objectId: string; ownProperties: boolean };
  'Runtime.callFunctionOn': { objectId: string; functionDeclaration: string };
}
interface Answers {
  'Runtime.evaluate': { readonly result: RemoteValue };
  'Runtime.getProperties': { readonly internalProperties?: readonly { name: string; value?: RemoteValue }[] };
  'Runtime.callFunctionOn': object;
}

function placeOf(file: string, { lineNumber, columnNumber }: LocationValue): Place | undefined {
  if (!path.isAbsolute(file)) return undefined;
  return {
    ...original(file, lineNumber, columnNumber),
    script: file,
    generated: { line: lineNumber, column: columnNumber },
  };
}

function original(file: string, line: number, column: number): { readonly file: string; readonly line: number } {
  const entry = findSourceMap(file)?.findEntry(line, column);
  return entry !== undefined && 'originalSource' in entry
    ? { file: path.resolve(path.dirname(file), fileOf(entry.originalSource)), line: entry.originalLine + 1 }
    : { file, line: line + 1 };
}

/** Loaders add queries to distinguish their own copies. */
function fileOf(url: string): string {
  const [plain = ''] = url.split('?', 1);
  return plain.startsWith('file:') ? fileURLToPath(plain) : plain;
}

function scopesIn(value: unknown): Scopes {
  // V8's own list has no methods.
  const scopes = Array.isArray(value) ? Array.from(value as Scopes) : [];
  return scopes.filter(({ description, object }) => !description.startsWith('Global') && typeof object === 'object');
}

/** V8 has the source text as it runs, without types: of functions and of methods. */
function parseFunction(fn: Handler): FunctionNode | undefined {
  const text = Function.prototype.toString.call(fn);
  for (const [open, close] of [
    ['(', ')'],
    ['({', '})'],
  ] as const)
    try {
      const node = parseExpressionAt(`${open}${text}${close}`, 0, {
        ecmaVersion: 'latest',
        locations: true,
        allowAwaitOutsideFunction: true,
        allowSuperOutsideMethod: true,
      });
      const found = [...nodesIn(node)].find(isFunction);
      if (found !== undefined) return found;
    } catch {
      // Native code, or the other kind.
    }
  return undefined;
}

export const isFunction = (node: AnyNode): node is FunctionNode =>
  node.type === 'ArrowFunctionExpression' || node.type === 'FunctionExpression';

/** What a function calls with its own first two parameters, or all of them, without ever going on to the next by itself. */
function wrappedBy(node: FunctionNode | undefined, valueOf: (name: string) => unknown): Handler | undefined {
  if (node === undefined) return undefined;
  const [first, second, third] = node.params.map((param) => {
    const name = param.type === 'RestElement' ? param.argument : param;
    return name.type === 'Identifier' ? name.name : undefined;
  });
  const takesAll = node.params[0]?.type === 'RestElement';
  let found: Handler | undefined;
  for (const call of nodesIn(node.body)) {
    if (call.type !== 'CallExpression' || call.callee.type !== 'Identifier') continue;
    if (call.callee.name === third && call.arguments.length === 0) return undefined;
    const names = call.arguments.map((argument) => {
      const value = argument.type === 'SpreadElement' ? argument.argument : argument;
      return value.type === 'Identifier' ? value.name : undefined;
    });
    const passesOn = takesAll ? names[0] === first : second !== undefined && names[0] === first && names[1] === second;
    const target = passesOn && first !== undefined ? valueOf(call.callee.name) : undefined;
    if (typeof target === 'function') found ??= target;
  }
  return found;
}

import { EventEmitter } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import type { AnyNode, CallExpression } from 'acorn';
import type { Hazard, HazardKind } from '../inventory';
import type { Handler } from './express-types';
import type { FunctionInspector, FunctionNode } from './inspect-functions';
import { packageOf } from './name-functions';
import { nodesIn } from './nodes';

/** How far calls are followed into the app's own functions. */
const DEPTH = 4;

/** Of the driver and of Mongoose, by their names; `update` alone is also what hashes do. */
const WRITES =
  /^(insert(One|Many)|update(One|Many)|replaceOne|delete(One|Many)|bulkWrite|findOneAnd\w+|findByIdAnd\w+)$/;
const FILE_WRITES = /^(write|append|mkdir|rm|unlink|rename|copyFile|createWriteStream|truncate|symlink|chmod)/;
const CREDENTIAL = /api[-_]?key|[-_]key$|token|auth|secret|signature|credential|passw/i;
const NO_CREDENTIAL = /csrf|xsrf|idempotency|^authorization$|^www-authenticate$/i;
const UPLOADS = /^(multer|formidable|busboy|connect-busboy|express-fileupload|multiparty)$/;
const CHANGES = /^(set|add|delete|clear|push|pop|shift|unshift|splice|put|del)$/;

/** What a handler does, as far as reading it and the app's own functions that it calls shows. */
export interface Reading {
  readonly hazards: readonly Hazard[];
  /** Whether it writes to the database. */
  readonly writes: boolean;
  /** Whether it answers with a view. */
  readonly renders: boolean;
  readonly isReadable: boolean;
}

interface Reader {
  readonly functions: FunctionInspector;
  readonly found: Map<string, Hazard>;
  readonly seen: Set<Handler>;
  readonly facts: { writes: boolean; renders: boolean };
  readonly root: string;
}

/** Reads a function as V8 has it, and follows its calls by the values that its closures hold. Packages are not followed. */
export function readHazards(fn: Handler, functions: FunctionInspector, root: string): Reading {
  const reader: Reader = {
    functions,
    root,
    found: new Map(),
    seen: new Set(),
    facts: { writes: false, renders: false },
  };
  const isReadable = readFunction(functions.unwrap(fn), reader, 0);
  return { hazards: [...reader.found.values()], ...reader.facts, isReadable };
}

function readFunction(fn: Handler, reader: Reader, depth: number): boolean {
  const { functions, seen } = reader;
  if (seen.has(fn)) return true;
  seen.add(fn);
  const file = functions.placeOf(fn)?.file;
  const from = file === undefined ? undefined : packageOf(file);
  if (from !== undefined && UPLOADS.test(from))
    reader.found.set('multipart', { kind: 'multipart', text: `reads uploads by ${from}`, place: from });
  const node = file === undefined || from !== undefined ? undefined : functions.parse(fn);
  if (node === undefined) return false;
  const local = declaredIn(node);
  const outer = (name: string): unknown => (local.has(name) ? undefined : functions.valueOf(fn, name));
  const evaluate = (expression: AnyNode): unknown => valueIn(expression, outer);
  const add = (kind: HazardKind, text: string, at: AnyNode): void => {
    const place = placeIn(fn, node, at, reader);
    const key = `${kind} ${text}`;
    if (!reader.found.has(key)) reader.found.set(key, { kind, text, place });
  };
  const promised = new Set<AnyNode>();
  for (const child of nodesIn(node)) {
    // A delay or a time limit, which the handler waits for.
    if (child.type === 'NewExpression' && chainOf(child.callee).at(-1) === 'Promise')
      for (const inner of nodesIn(child)) promised.add(inner);
    readText(child, add);
    if (child.type === 'AssignmentExpression') readChange(child.left, { outer, evaluate, add });
    if (child.type === 'UpdateExpression' || (child.type === 'UnaryExpression' && child.operator === 'delete'))
      readChange(child.argument, { outer, evaluate, add });
    if (child.type === 'NewExpression' && chainOf(child.callee).at(-1) === 'EventEmitter')
      add('emitter', 'an emitter', child);
    if (child.type !== 'CallExpression') continue;
    readCall(child, { evaluate, add, facts: reader.facts, isPromised: promised.has(child) });
    if (depth >= DEPTH) continue;
    const callees = [child.callee, ...child.arguments].map(evaluate);
    for (const callee of callees)
      if (typeof callee === 'function') readFunction(functions.unwrap(callee), reader, depth + 1);
  }
  return true;
}

type Add = (kind: HazardKind, text: string, at: AnyNode) => void;
interface Context {
  readonly evaluate: (expression: AnyNode) => unknown;
  readonly add: Add;
}

/** `a.b.c` is `['a', 'b', 'c']`; a call in it stands for what it is called on; what has no name is ''. */
function chainOf(node: AnyNode): string[] {
  if (node.type === 'Identifier') return [node.name];
  if (node.type === 'ThisExpression') return ['this'];
  if (node.type === 'ChainExpression') return chainOf(node.expression);
  if (node.type === 'CallExpression') return chainOf(node.callee);
  if (node.type !== 'MemberExpression') return [''];
  const { property } = node;
  const isNamed = !node.computed && property.type === 'Identifier';
  const literal = property.type === 'Literal' ? String(property.value) : '';
  return [...chainOf(node.object), isNamed ? property.name : literal];
}

/** Of names around the function and of their properties; getters are asked of modules only. */
function valueIn(node: AnyNode, outer: (name: string) => unknown): unknown {
  if (node.type === 'Identifier') return outer(node.name);
  // `(0, module.name)(...)`, as compilers write calls.
  if (node.type === 'SequenceExpression') return valueIn(node.expressions.at(-1) ?? node, outer);
  if (node.type === 'ChainExpression') return valueIn(node.expression, outer);
  if (node.type !== 'MemberExpression' || node.computed || node.property.type !== 'Identifier') return undefined;
  return propertyOf(valueIn(node.object, outer), node.property.name);
}

function propertyOf(holder: unknown, name: string): unknown {
  if ((typeof holder !== 'object' && typeof holder !== 'function') || holder === null) return undefined;
  for (let at: object | null = holder; at !== null; at = Object.getPrototypeOf(at) as object | null) {
    const found = Object.getOwnPropertyDescriptor(at, name);
    if (found === undefined) continue;
    const isModule = Object.hasOwn(holder, '__esModule') || Reflect.get(holder, Symbol.toStringTag) === 'Module';
    return typeof found.get === 'function' && isModule ? Reflect.get(holder, name) : found.value;
  }
  return undefined;
}

/** Every name that the function, or one inside of it, declares. */
function declaredIn(node: FunctionNode): ReadonlySet<string> {
  const names = new Set<string>();
  const bind = (pattern: AnyNode): void => {
    if (pattern.type === 'Identifier') names.add(pattern.name);
    else if (pattern.type === 'AssignmentPattern') bind(pattern.left);
    else if (pattern.type === 'RestElement') bind(pattern.argument);
    else if (pattern.type === 'ArrayPattern') pattern.elements.forEach((one) => one !== null && bind(one));
    else if (pattern.type === 'ObjectPattern')
      for (const property of pattern.properties) bind(property.type === 'Property' ? property.value : property);
  };
  for (const child of nodesIn(node)) {
    if (child.type === 'VariableDeclarator') bind(child.id);
    else if (
      child.type === 'FunctionDeclaration' ||
      child.type === 'FunctionExpression' ||
      child.type === 'ArrowFunctionExpression'
    ) {
      child.params.forEach(bind);
      const { id } = child;
      if (child.type === 'FunctionDeclaration' && id) bind(id);
    } else if (child.type === 'CatchClause' && child.param) bind(child.param);
  }
  return names;
}

function readText(node: AnyNode, add: Add): void {
  if (node.type === 'Literal' && typeof node.value === 'string') {
    if (/text\/event-stream/i.test(node.value)) add('stream', 'server-sent events', node);
    if (/^multipart\//i.test(node.value)) add('multipart', 'multipart', node);
  }
  if (node.type !== 'MemberExpression') return;
  const chain = chainOf(node);
  const name = chain.at(-1) ?? '';
  const isHeader = chain.at(-2) === 'headers';
  const isOther = /^(query|signedCookies|cookies)$/.test(chain.at(-2) ?? '');
  if ((isHeader || isOther) && CREDENTIAL.test(name) && !NO_CREDENTIAL.test(name))
    add('credential', `${chain.at(-2)} ${name}`, node);
}

/** What is assigned to, counted up or deleted. */
function readChange(
  target: AnyNode,
  { outer, evaluate, add }: Context & { readonly outer: (name: string) => unknown },
): void {
  const chain = chainOf(target);
  if (chain.slice(1).includes('session')) add('session', `writes ${chain.slice(1).join('.')}`, target);
  else if (target.type === 'Identifier' && outer(target.name) !== undefined)
    add('memory', `changes ${target.name}`, target);
  else if (target.type === 'MemberExpression' && isStore(evaluate(target.object)))
    add('memory', `changes ${chain.join('.')}`, target);
}

/** What holds data of this process: collections, and plain objects. */
const isStore = (value: unknown): boolean =>
  isCollection(value) ||
  (typeof value === 'object' &&
    value !== null &&
    (Object.getPrototypeOf(value) === Object.prototype || Object.getPrototypeOf(value) === null));

function isCollection(value: unknown): boolean {
  if (value instanceof Map || value instanceof Set || Array.isArray(value)) return true;
  if (typeof value !== 'object' || value === null) return false;
  return /cache$/i.test((Reflect.get(value, 'constructor') as { readonly name?: string } | undefined)?.name ?? '');
}

function readCall(
  call: CallExpression,
  { evaluate, add, facts, isPromised }: Context & { readonly facts: Reader['facts']; readonly isPromised: boolean },
): void {
  const chain = chainOf(call.callee);
  const name = chain.at(-1) ?? '';
  const owner = chain.at(-2) ?? '';
  const on = call.callee.type === 'MemberExpression' ? evaluate(call.callee.object) : undefined;
  const [first] = call.arguments;
  const text = first?.type === 'Literal' ? String(first.value) : '';
  if (owner === 'session' && /^(destroy|regenerate|save|touch)$/.test(name)) add('session', `session.${name}`, call);
  if (/^(logIn|logOut|login|logout)$/.test(name) && /^(req|request)$/.test(owner))
    add('session', `${owner}.${name}`, call);
  if (name === 'authenticate' && /passport/i.test(owner)) add('session', 'passport login', call);
  if (name === 'flash') add('session', 'flash', call);
  if (name === 'csrfToken') add('csrf', 'a form with a CSRF token', call);
  if (name === 'render') facts.renders = true;
  if (/^set(Timeout|Interval|Immediate)$/.test(name) && chain.length === 1 && !isPromised) add('timer', name, call);
  if (
    /^(get|header)$/.test(name) &&
    /^(req|request)$/.test(owner) &&
    CREDENTIAL.test(text) &&
    !NO_CREDENTIAL.test(text)
  )
    add('credential', `header ${text.toLowerCase()}`, call);
  if (/^(write|flushHeaders)$/.test(name) && /^(res|response|reply)$/.test(owner))
    add('stream', `${owner}.${name}`, call);
  if (
    /^(pipe|pipeline)$/.test(name) &&
    call.arguments.some((one) => one.type === 'Identifier' && /^(res|response)$/.test(one.name))
  )
    add('stream', 'pipes into the answer', call);
  if (/^(sendFile|download)$/.test(name)) add('file', `reads a file: ${name}`, call);
  if ((on === fs || on === fs.promises) && FILE_WRITES.test(name)) add('file', `writes files: ${name}`, call);
  if (on instanceof EventEmitter && /^(emit|on|once|addListener)$/.test(name)) add('emitter', chain.join('.'), call);
  else if (isCollection(on) && CHANGES.test(name)) add('memory', `changes ${chain.slice(0, -1).join('.')}`, call);
  const isModel = /^[A-Z]/.test(owner) && owner !== 'Object';
  if (WRITES.test(name) || (name === 'create' && isModel) || (name === 'save' && !/session|cache/i.test(owner)))
    facts.writes = true;
}

/** V8 says where the parameters begin; the text of the function begins before. */
function placeIn(fn: Handler, own: FunctionNode, node: AnyNode, { functions, root }: Reader): string {
  const place = functions.placeOf(fn);
  const at = node.loc?.start;
  const first = (own.params[0] ?? own.body).loc?.start;
  if (place === undefined || at === undefined || first === undefined) return '';
  const { generated, script } = place;
  const column = at.line === first.line ? generated.column + at.column - first.column : at.column;
  const found = functions.originalPlace(script, generated.line + at.line - first.line, Math.max(0, column));
  return `${path.relative(root, found.file)}:${found.line}`;
}

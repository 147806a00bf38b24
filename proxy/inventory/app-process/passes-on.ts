import type { AnyNode } from 'acorn';
import type { Handler } from './express-types';
import type { FunctionInspector } from './inspect-functions';
import { nodesIn } from './nodes';

/** Whether a handler may leave a request to the next one: it calls `next()` or `next('route')`, or hands `next` over, other than to `catch`. */
export function passesOn(handler: Handler, functions: FunctionInspector): boolean {
  const node = functions.parse(functions.unwrap(handler));
  // What cannot be read may do so.
  if (node === undefined) return true;
  const third = node.params[2];
  if (third === undefined) return node.params.some((param) => param.type === 'RestElement');
  if (third.type !== 'Identifier') return true;
  const isNext = (name: unknown): boolean => name === third.name;
  for (const call of nodesIn(node.body)) {
    if (call.type !== 'CallExpression') continue;
    const [first] = call.arguments;
    if (call.callee.type === 'Identifier' && isNext(call.callee.name)) {
      if (first === undefined || (first.type === 'Literal' && typeof first.value === 'string')) return true;
    } else if (isCatch(call.callee)) continue;
    else if (call.arguments.some((argument) => argument.type === 'Identifier' && isNext(argument.name))) return true;
  }
  return false;
}

/** `work().catch(next)` passes an error on, no request. */
const isCatch = (callee: AnyNode): boolean =>
  callee.type === 'MemberExpression' && callee.property.type === 'Identifier' && callee.property.name === 'catch';

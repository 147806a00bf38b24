export type { Context } from './context';
export { FunctionInitError, InvocationRefused } from './errors';
export {
  createFunction,
  REQUEST_PAYLOAD_LIMIT,
  RESPONSE_PAYLOAD_LIMIT,
  type FunctionDefinition,
  type FunctionFailure,
  type Invocation,
  type LambdaFunction,
} from './function';
export { loadHandler, requireModule, type Handler, type LoadModule } from './handler';

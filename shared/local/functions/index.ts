export { FunctionInitError, InvocationRefused } from './errors';
export {
  createFunction,
  REQUEST_PAYLOAD_LIMIT,
  type FunctionDefinition,
  type FunctionFailure,
  type Invocation,
  type LambdaFunction,
} from './function';
export { requireModule, type LoadModule } from './handler';

export { bundledProgram } from './bundle';
export { FunctionInitError, InvocationRefused } from './errors';
export {
  createFunction,
  REQUEST_PAYLOAD_LIMIT,
  type FunctionDefinition,
  type FunctionFailure,
  type Invocation,
  type LambdaFunction,
} from './function';
export { startFunctionProcess, type FunctionProcess } from './function-process';
export type { LoadModule } from './handler';
export type { Print } from './instance';
export { typescriptLoader, unbundledProgram, type Program } from './program';
export { requireModule } from './require-module';

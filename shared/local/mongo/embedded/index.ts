export type { CommandEvent } from './commands/runner';
export { startEmbedded, type EmbeddedMongo, type EmbeddedOptions } from './server';
export type { CommandMatch, FailureOptions, FaultInjector, InjectedFault } from './faults';

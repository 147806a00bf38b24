export { startEmbedded, type CommandEvent, type EmbeddedMongo, type EmbeddedOptions } from './server';
export type { CommandMatch, FailureOptions, FaultInjector, InjectedFault } from './faults';

export { startEmbedded, type CommandEvent, type EmbeddedMongo } from './server';
export type { CommandMatch, FailureOptions, FaultInjector, InjectedFault } from './faults';

/** What parity cases and the modules that start both sides are written with. */
export type {
  CaseRequest,
  CaseSuite,
  Contract,
  ExpectedStatus,
  JsonSchema,
  ParityCase,
} from '../../shared/parity/case';
export type { Snapshot } from '../../shared/parity/database-effects';
export type { StartedSide, StartedSides, StartSides } from '../../shared/parity/sides';
export { copyDatabase } from './data-copy';

export { defineConfig } from './define-config';
export { expressErrorPage, expressJson } from './express-response';
export type {
  AcceptedCredential,
  BanyanConfig,
  BanyanOptions,
  Extraction,
  FixedResponse,
  GatewayConfig,
  LoginStep,
  ParityConfig,
  ParityIdentity,
  RecordedIdentity,
  ResponsesConfig,
  StepsIdentity,
} from './types';
export { fromEnvironment } from '../session/secret-source';

export { defineConfig } from './define-config';
export { expressErrorPage, expressJson } from './express-response';
export type {
  AcceptedCredential,
  BanyanConfig,
  BanyanOptions,
  DeploymentConfig,
  DevConfig,
  DevUser,
  Extraction,
  FixedResponse,
  GatewayConfig,
  LoginStep,
  PackagedFunction,
  ParityConfig,
  ParityIdentity,
  RecordedIdentity,
  ResponsesConfig,
  StepsIdentity,
  ZipLimit,
} from './types';
export { fromEnvironment } from '../session/secret-source';

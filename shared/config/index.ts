export { defineConfig } from './define-config';
export { expressErrorPage, expressJson } from './express-response';
export type {
  AcceptedCredential,
  BanyanConfig,
  BanyanOptions,
  FixedResponse,
  GatewayConfig,
  ParityConfig,
  ParityIdentity,
  ResponsesConfig,
} from './types';
export { fromEnvironment } from '../session/secret-source';

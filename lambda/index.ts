/** What a function that answers requests is made of. The database is a subpath of its own, so that functions without one do not hold the driver. */
export { bindHttpHandler, type HttpHandlers } from './http/bind-http-handler';
export type { HttpHandler, Respond } from './http/create-http-handler';
export { forgetLambdaConfig } from './config';
export { conflict, notFound } from './http/errors';
export type { Access, Auth, Callers } from './http/identity';
export type { HttpRequest } from './http/request';
export { bytes, json, noContent, type HttpResponse } from './http/response';
export { FieldFaults, fieldsOf, isFields, isTextUpTo, ValidationError } from './http/validation';
export { readEnvironment, type Environment, type EnvironmentReader } from '../shared/env';
export { BanyanError, ConfigError } from '../shared/errors';
export { createLogger, LOG_LEVELS, type Logger, type LogLevel } from '../shared/logger';
export type { Identity } from '../shared/session/identity';

/** What a file is, and so how much of it its tests must hold. */
export type FileClass = 'decider' | 'wire';

/**
 * The least share of mutants in per cent that must be killed, timeouts not counted. Deciders are pure, so nearly all can be. What
 * moves bytes is full of time limits and clean-up that a unit test sees only by waiting.
 */
export const LEAST_KILLED: Readonly<Record<FileClass, number>> = { decider: 90, wire: 60 };

export interface Mutated {
  readonly class: FileClass;
  /** Relative to the repository. */
  readonly tests: readonly string[];
}

const decider = (...tests: string[]): Mutated => ({ class: 'decider', tests: tests.map(inUnit) });
const wire = (...tests: string[]): Mutated => ({ class: 'wire', tests: tests.map(inUnit) });

function inUnit(name: string): string {
  return `test/unit/${name}.test.ts`;
}

const RECORDS = [
  'shared/session/stores/connect-mongo',
  'shared/session/stores/kruptein',
  'lambda/authorizer/hostile-records',
];
const COOKIES = ['shared/session/set-cookie', 'shared/session/observed-steps'];

/** The files whose tests are measured, and by which tests alone: those that are about the file. */
export const TESTS_OF: Readonly<Record<string, Mutated>> = {
  'proxy/choose-target.ts': decider('proxy/choose-target'),
  'proxy/cohort/bucket.ts': decider('proxy/cohort/bucket'),
  'proxy/guard/judge.ts': decider('proxy/guard/judge', 'proxy/guard/guard'),
  'shared/parity/compare.ts': decider('shared/parity/compare-exchange', 'shared/parity/compare-headers'),
  'shared/parity/compare-bodies.ts': decider('shared/parity/compare-bodies'),
  'shared/parity/compare-cookies.ts': decider('shared/parity/compare-cookies'),
  'shared/parity/compare-headers.ts': decider('shared/parity/compare-headers'),
  'shared/parity/compare-values.ts': decider('shared/parity/compare-values'),
  'shared/parity/pair-elements.ts': decider('shared/parity/compare-values'),
  'shared/session/api-key-authenticator.ts': decider('lambda/authorizer/authorizer'),
  'shared/session/authenticator.ts': decider('lambda/authorizer/authorizer'),
  'shared/session/cookie-header.ts': decider('shared/session/cookie-header'),
  'shared/session/identity.ts': decider('shared/session/identity'),
  'shared/session/own-property.ts': decider('shared/session/identity'),
  'shared/session/user-id.ts': decider('shared/session/identity'),
  'shared/session/passport-user-id.ts': decider('shared/session/identity'),
  'shared/session/secret-source.ts': decider('shared/session/secret-source'),
  'shared/session/serialize-cookie.ts': decider('shared/session/set-cookie'),
  'shared/session/session-authenticator.ts': decider('shared/session/observed-steps', 'lambda/authorizer/authorizer'),
  'shared/session/session-config.ts': decider('shared/session/session-config', 'shared/session/secret-source'),
  'shared/session/set-cookie.ts': decider(...COOKIES),
  'shared/session/stored-cookie.ts': decider(...COOKIES),
  'shared/session/token-from-request.ts': decider('shared/session/token-from-request'),
  'shared/session/touch.ts': decider('lambda/authorizer/authorizer'),
  'shared/session/unsign.ts': decider('shared/session/unsign'),
  'shared/session/stores/connect-mongo.ts': decider(...RECORDS),
  'shared/session/stores/connect-mongodb-session.ts': decider('shared/session/stores/connect-mongodb-session'),
  'shared/session/stores/der.ts': decider('shared/session/stores/der'),
  'shared/session/stores/expiry.ts': decider('shared/session/stores/connect-mongo'),
  'shared/session/stores/kruptein.ts': decider(...RECORDS),
  'shared/session/stores/parse-session.ts': decider(...RECORDS),
  'shared/session/stores/record-shape.ts': decider('shared/session/stores/record-shape'),
  'shared/session/stores/registry.ts': decider(...RECORDS, 'shared/session/stores/connect-mongodb-session'),
  'shared/session/stores/web-crypto.ts': decider(...RECORDS),
  'lambda/authorizer/authorizer.ts': decider('lambda/authorizer/authorizer', 'lambda/authorizer/hostile-requests'),
  'lambda/authorizer/authorizer-handler.ts': decider('lambda/authorizer/authorizer-handler'),
  'lambda/authorizer/config.ts': decider('lambda/authorizer/authorizer-handler'),
  'lambda/authorizer/fault.ts': decider('lambda/authorizer/fault'),
  'lambda/authorizer/http-api.ts': decider('lambda/authorizer/policy'),
  'lambda/authorizer/policy.ts': decider('lambda/authorizer/policy'),
  'proxy/forward/forwarder.ts': wire('proxy/forward/forwarder'),
  'proxy/http1/chunked-decoder.ts': wire('proxy/http1/chunked-decoder'),
  'proxy/http1/connection.ts': wire('proxy/http1/connection-by-hand'),
  'proxy/http1/hop-by-hop.ts': decider('proxy/http1/hop-by-hop'),
  'proxy/http1/origin.ts': wire('proxy/http1/origin-by-hand'),
  'proxy/http1/raw-headers.ts': decider('proxy/http1/raw-headers'),
  'proxy/http1/request-body.ts': wire('proxy/http1/request-body-by-hand'),
  'proxy/http1/request-head.ts': decider('proxy/http1/request-head'),
  'proxy/http1/response-head.ts': decider('proxy/http1/response-head'),
  'proxy/http1/shares.ts': decider('proxy/http1/shares'),
  'proxy/http1/waiting-line.ts': decider('proxy/http1/waiting-line'),
};

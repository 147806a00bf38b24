import type { AuthenticationResult } from '../../../shared/session/authenticator';
import type { ResolvedSession } from '../../../shared/session/session-config';
import { SessionFormatError, SessionRecordError } from '../../../shared/session/session-errors';
import type { StoreFormat } from '../../../shared/session/stores/store-format';
import type { SessionStep } from '../../../shared/session/session-step';
import { fault, ok, type Finding } from '../finding';
import { fingerprint } from '../fingerprint';
import { explainBadSignature, explainNoToken } from './explain-refusal';
import { describeExpiry, explainMissing } from './describe-record';
import { describeIdentity, describeNobody } from './describe-identity';
import { describeTouch } from './describe-touch';
import type { RecordLook } from './look-up-record';
import type { TokenInput } from './token-input';

/** An outcome in addition to those of the authenticator: it threw, for which the authorizer answers 500. */
export interface FaultyResult {
  readonly outcome: 'fault';
  readonly error: unknown;
}
export type InspectedResult = AuthenticationResult | FaultyResult;

export interface InspectionFacts {
  readonly given: string;
  readonly input: TokenInput;
  readonly steps: readonly SessionStep[];
  readonly result: InspectedResult;
  readonly record: RecordLook | undefined;
  readonly session: ResolvedSession;
  readonly now: Date;
  readonly format: StoreFormat;
  /** `database.collection`. */
  readonly place: string;
  readonly sessionIsAsked: boolean;
}

export interface Inspection {
  readonly findings: readonly Finding[];
  readonly accepted: boolean;
  readonly verdict: string;
}

/** Puts the authenticator's steps into words. Pure; nothing of the token, its id or the secrets is in the result. */
export function describeInspection(facts: InspectionFacts): Inspection {
  const { steps, result, session, sessionIsAsked } = facts;
  const findings = steps.flatMap((step) => describeStep(step, facts));
  if (result.outcome === 'fault') findings.push(describeFault(result.error, steps));
  if (result.outcome === 'authenticated' && !sessionIsAsked)
    findings.push(
      fault('authenticators', 'the session authenticator is missing', 'add sessionAuthenticator to banyan.config.ts'),
    );
  const accepted = result.outcome === 'authenticated' && sessionIsAsked;
  const where = session.cookie.path === '/' ? '' : ` on paths that begin with ${session.cookie.path}`;
  if (accepted) return { findings, accepted, verdict: `accepted${where}` };
  const status = result.outcome === 'fault' ? 500 : 401;
  return { findings, accepted, verdict: `not accepted: the authorizer answers ${status}` };
}

function describeStep(step: SessionStep, facts: InspectionFacts): Finding[] {
  const { given, input, session, record, now, place } = facts;
  switch (step.step) {
    case 'token': {
      if (step.token === undefined) {
        const { text, remedy } = explainNoToken(given, input, session.cookieName);
        return [fault('form', text, remedy)];
      }
      const form = input.form === 'value' ? `value of cookie ${session.cookieName}` : input.form;
      return [ok('form', `${form}; token fingerprint ${fingerprint(step.token.value)}`)];
    }
    case 'signature': {
      const { secrets } = session;
      if (step.verified === undefined) {
        const token = facts.steps.find((earlier) => earlier.step === 'token')?.token?.value ?? '';
        const { text, remedy } = explainBadSignature(token, session);
        return [fault('signature', text, remedy)];
      }
      const index = step.verified.secretIndex;
      const signer = `signed with secret ${index + 1} of ${secrets.length}`;
      return [ok('signature', `${signer}, fingerprint ${fingerprint(secrets[index] ?? '')}`)];
    }
    case 'record':
      if (!step.found) return [explainMissing(record, place, now)];
      return [ok('document', `found in ${place}`)];
    case 'session':
      return [ok('format', `reads as ${facts.format.text}`), describeExpiry(record, now)];
    case 'identity':
      if (step.identity === undefined) {
        const data = facts.steps.find((earlier) => earlier.step === 'session')?.session.data;
        return [describeNobody(data ?? {})];
      }
      return [describeIdentity(step.identity)];
    case 'touch': {
      const stored = facts.steps.find((earlier) => earlier.step === 'session')?.session;
      return stored === undefined ? [] : [describeTouch(step.touch, stored, session, facts.format, now)];
    }
  }
}

/** The authenticator threw. Messages of our own errors name formats only; others are not shown. */
function describeFault(error: unknown, steps: readonly SessionStep[]): Finding {
  if (error instanceof SessionFormatError)
    return fault('format', error.message, "set session.store in banyan.config.ts to the monolith's options");
  if (error instanceof SessionRecordError)
    return fault(
      'format',
      error.message,
      'the monolith answers 500 as well; find out what else writes to this collection',
    );
  const name = error instanceof Error ? error.name : typeof error;
  if (steps.some(({ step }) => step === 'session'))
    return fault('identity', `identity in banyan.config.ts failed with ${name}`, 'fix it: no user can be recognised');
  return fault('format', `a hook of session.store failed with ${name}`, 'fix transformId or unserialize');
}

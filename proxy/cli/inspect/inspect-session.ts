import type { Db } from 'mongodb';
import type { BanyanConfig } from '../../../shared/config';
import { createLogger } from '../../../shared/logger';
import type { AuthenticationContext } from '../../../shared/session/authenticator';
import { storeFormat } from '../../../shared/session/stores/registry';
import { sessionAuthenticator, sessionCollection } from '../../../shared/session/session-authenticator';
import type { ResolvedSession } from '../../../shared/session/session-config';
import type { SessionStep } from '../../../shared/session/session-step';
import { describeError } from '../describe-error';
import { EXIT, type CommandResult } from '../exit-codes';
import { renderFindings } from '../finding';
import { describeInspection, type FaultyResult } from './describe-inspection';
import { lookUpRecord } from './look-up-record';
import { readTokenInput } from './token-input';

export interface InspectParts {
  readonly banyan: Pick<BanyanConfig, 'identity' | 'authenticators'>;
  readonly session: ResolvedSession;
  readonly db: () => Promise<Db>;
  readonly now: Date;
}

/** Explains by the authorizer's own steps why a token is accepted or not (exit code 1). Writes nothing. Throws the driver's error. */
export async function inspectSession(given: string, parts: InspectParts): Promise<CommandResult> {
  const { banyan, session, now } = parts;
  const format = storeFormat(session);
  const steps: SessionStep[] = [];
  const context: AuthenticationContext = {
    session,
    format,
    identity: banyan.identity,
    db: parts.db,
    now: () => now,
    logger: createLogger({ level: 'silent' }),
    observe: (step) => steps.push(step),
  };
  const input = readTokenInput(given, session.cookieName);
  const result = await sessionAuthenticator.authenticate(input.headers, context).catch(asFault);

  const verified = steps.find((step) => step.step === 'signature')?.verified;
  const asked = steps.some(({ step }) => step === 'record');
  const collection = asked ? sessionCollection(await parts.db(), format) : undefined;
  const record = collection && verified && (await lookUpRecord(collection, format, verified.id));

  const { findings, accepted, verdict } = describeInspection({
    given,
    input,
    steps,
    result,
    record,
    session,
    now,
    format,
    place: collection === undefined ? '' : collection.namespace,
    sessionIsAsked: banyan.authenticators.some(({ name }) => name === sessionAuthenticator.name),
  });
  const identity = accepted && result.outcome === 'authenticated' ? result.identity : undefined;
  return {
    exitCode: accepted ? EXIT.fine : EXIT.findings,
    text: `${renderFindings(findings)}\n${verdict}\n`,
    json: {
      accepted,
      verdict,
      steps: findings,
      ...(identity && {
        identity: { userId: identity.userId, claims: Object.keys(identity).filter((name) => name !== 'userId') },
      }),
    },
  };
}

/** An unavailable database is no finding about the token. */
function asFault(error: unknown): FaultyResult {
  if (describeError(error).code.startsWith('database')) throw error;
  return { outcome: 'fault', error };
}

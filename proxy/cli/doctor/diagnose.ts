import type { Db } from 'mongodb';
import type { BanyanConfig } from '../../../shared/config';
import { storeFormat } from '../../../shared/session/stores/registry';
import type { StoreFormat } from '../../../shared/session/stores/store-format';
import type { ResolvedSession } from '../../../shared/session/session-config';
import type { CommandResult } from '../exit-codes';
import { judge, ok, type Finding } from '../finding';
import { diagnoseSecrets } from './diagnose-secrets';
import { diagnoseSessions } from './diagnose-sessions';
import { diagnoseStore } from './diagnose-store';
import { lookAtStore } from './store-facts';

export interface DoctorParts {
  readonly banyan: Pick<BanyanConfig, 'identity'>;
  readonly session: ResolvedSession;
  readonly db: () => Promise<Db>;
  readonly now: Date;
  readonly sampleSize?: number;
  readonly timeLimit?: number;
}

/** Compares secrets and options with what the store holds. Reads only. Exit code 1 for a fault; throws the driver's error. */
export async function diagnoseDeployment(parts: DoctorParts): Promise<CommandResult> {
  const { banyan, session, db, now, sampleSize = 200, timeLimit = 5_000 } = parts;
  const format = storeFormat(session);
  const facts = await lookAtStore({ db, format, identity: banyan.identity, now, sampleSize, timeLimit });
  return judge([
    describeOptions(session, format),
    ...diagnoseSecrets(session),
    ...diagnoseStore(facts, session, format),
    ...diagnoseSessions(facts.sample, session),
  ]);
}

/** In one line, to compare with that of another deployment. */
function describeOptions(
  { cookieName, cookie, touchAfter, rolling, resave }: ResolvedSession,
  { text }: StoreFormat,
): Finding {
  const options = `touchAfter ${touchAfter} s, rolling ${rolling}, resave ${resave}`;
  return ok('options', `cookie ${cookieName}, path ${cookie.path}; ${text}; ${options}`);
}

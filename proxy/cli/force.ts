import { FORCE_HEADER, signMark } from '../../shared/signed-mark';
import { EXIT, type CommandResult } from './exit-codes';

export const SIDES = ['legacy', 'lambda'] as const;

/** Longer and it would be an uncommitted change of the route table. */
export const MAX_MINUTES = 24 * 60;

interface ForceRequest {
  readonly side: (typeof SIDES)[number];
  readonly minutes: number;
  readonly secrets: readonly string[];
  readonly now: Date;
}

/** The header by which one request goes to one side, whatever its route's stage. */
export function forceHeader({ side, minutes, secrets, now }: ForceRequest): CommandResult {
  const until = new Date(now.getTime() + minutes * 60_000);
  const value = signMark('force', side, secrets, until);
  const header = `${FORCE_HEADER}: ${value}`;
  return {
    exitCode: EXIT.fine,
    text: `${header}\n`,
    json: { header: FORCE_HEADER, value, side, until },
  };
}

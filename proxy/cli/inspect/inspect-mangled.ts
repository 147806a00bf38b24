import type { Environment } from '../../../shared/env';
import type { SessionConfig } from '../../../shared/session/session-config';
import { resolveSecrets } from '../../../shared/session/secret-source';
import { tokenFromRequest } from '../../../shared/session/token-from-request';
import { unsign } from '../../../shared/session/unsign';
import { EXIT, type CommandResult } from '../exit-codes';
import { fault, renderFindings, type Finding } from '../finding';
import { readTokenInput } from './token-input';
import { valuesInside } from './values-inside';

const VERDICT = 'not accepted: the proxy refuses to start with this variable, and the authorizer answers 500';

/**
 * Looks at a token although the variable of the secret is refused: whether what stands inside the value verifies it.
 *
 * @returns undefined when the variable is fine, missing or empty, or when nothing stands inside its value
 */
export function inspectWithMangledSecret(
  given: string,
  { cookieName, secrets }: SessionConfig,
  env: Environment,
): CommandResult | undefined {
  const name = 'kind' in secrets ? secrets.name : undefined;
  const inside = name === undefined ? [] : valuesInside(env[name] ?? '');
  const faults: string[] = [];
  if (name === undefined || inside.length === 0 || resolveSecrets(secrets, env, faults).length > 0) return undefined;

  const token = tokenFromRequest(readTokenInput(given, cookieName).headers, cookieName);
  const findings: Finding[] = faults.map((text) => fault('secret', text, `fix ${name}`));
  if (token !== undefined)
    findings.push(
      unsign(token.value, inside) === undefined
        ? fault('signature', 'the token does not match the inner value either', `fix ${name} first`)
        : fault('signature', 'the token matches the inner value', `fix the variable: only that value in ${name}`),
    );
  return {
    exitCode: EXIT.findings,
    text: `${renderFindings(findings)}\n${VERDICT}\n`,
    json: { accepted: false, verdict: VERDICT, steps: findings },
  };
}

import type { Setup } from '../../inventory/setup';

const HALF_A_YEAR = 182 * 24 * 60 * 60 * 1000;

/** The text of a rules.yml: each side gives a client without a session one of its own, where the app gives any. Pure. */
export function rulesSource(setup: Setup | undefined, now: Date): string {
  const cookieName = setup?.sessions[0]?.cookieName;
  const isGiven = setup?.answers.some(({ cookies }) => cookies.some((name) => name === cookieName)) === true;
  const expires = new Date(now.getTime() + HALF_A_YEAR).toISOString().slice(0, 10);
  return `# What may differ between the two sides, and why: banyan parity learn proposes entries.
rules:${
    isGiven
      ? `
  - route: '*'
    path: cookie ${cookieName ?? ''}
    kind: ignore
    reason: each side begins a session of its own for a client that has none
    owner: whoever owns the sessions
    expires: ${expires}`
      : ' []'
  }
`;
}

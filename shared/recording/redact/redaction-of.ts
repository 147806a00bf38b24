import type { BanyanConfig } from '../../config';
import { loginRequest } from '../../config/login-request';
import type { RedactionSettings } from './settings';

/** What `banyan.config.ts` says about secrets: its session cookie, credentials, test identities and `parity.redact`. */
export function redactionOf({ session, credentials = [], parity }: BanyanConfig): RedactionSettings {
  const identities = Object.values(parity.identities);
  const identityHeaders = identities.flatMap((identity) =>
    identity.kind === 'headers' ? Object.keys(identity.headers).map((name) => name.toLowerCase()) : [],
  );
  const headers = credentials.flatMap((credential) =>
    'header' in credential ? [credential.header.toLowerCase()] : [],
  );
  const { paths = [], keepCookies = [] } = parity.redact ?? {};
  return {
    sessionCookie: session.cookieName,
    credentialHeaders: [...new Set([...headers, ...identityHeaders])].filter((name) => name !== 'authorization'),
    credentialQueries: credentials.flatMap((credential) => ('query' in credential ? [credential.query] : [])),
    paths,
    keepCookies,
    logins: identities.flatMap((identity) => loginRequest(identity) ?? []),
  };
}

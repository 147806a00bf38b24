import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { EnvironmentReader } from '../shared/env';
import type { UpstreamTls } from './http1/upstream-tls';
import { systemErrorCode } from './overrides/system-error';

/** Reads `<prefix>_CA_FILE`, `_CERT_FILE`, `_KEY_FILE` and `_SERVER_NAME`; faults never hold a file's content. */
export function readUpstreamTls(
  read: EnvironmentReader,
  prefix: 'LEGACY' | 'LAMBDA',
  url: URL | undefined,
): UpstreamTls {
  const { faults } = read;
  const file = (name: string): string | undefined => {
    const path = read.optionalString(name);
    if (path === undefined || path === '') return undefined;
    try {
      return readFileSync(path, 'utf8');
    } catch (error) {
      faults.push(
        `${name} is ${JSON.stringify(path)}, which cannot be read (${systemErrorCode(error)}); expected a file in PEM`,
      );
      return undefined;
    }
  };
  const before = faults.length;
  const ca = file(`${prefix}_CA_FILE`);
  const cert = file(`${prefix}_CERT_FILE`);
  const key = file(`${prefix}_KEY_FILE`);
  const servername = read.optionalString(`${prefix}_SERVER_NAME`);
  const tls: UpstreamTls = {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(servername !== undefined && { servername }),
  };
  if (faults.length > before || Object.keys(tls).length === 0) return tls;
  if ((cert === undefined) !== (key === undefined))
    faults.push(`${prefix}_CERT_FILE and ${prefix}_KEY_FILE belong together; set both or neither`);
  else if (url?.protocol !== 'https:')
    faults.push(
      `${prefix}_CA_FILE, ${prefix}_CERT_FILE, ${prefix}_KEY_FILE and ${prefix}_SERVER_NAME need an https ${prefix}_URL`,
    );
  else if (ca !== undefined && !ca.includes('-----BEGIN CERTIFICATE-----'))
    // Node ignores such a file, and then trusts nothing.
    faults.push(`${prefix}_CA_FILE holds no certificate; expected PEM, with -----BEGIN CERTIFICATE-----`);
  else
    try {
      createSecureContext(tls);
    } catch (error) {
      faults.push(
        `${prefix}_CA_FILE, ${prefix}_CERT_FILE and ${prefix}_KEY_FILE cannot be used (${systemErrorCode(error)}); expected PEM, and a key without passphrase that belongs to the certificate`,
      );
    }
  return tls;
}

import { ConfigError } from '../../shared/errors';
import { describeListenError } from '../../shared/listen-error';
import { freePort } from '../../shared/local/free-port';
import type { SystemConfig } from './system-config';

type Part = readonly [part: string, portVariable: string, port: number | undefined, host?: string];

/** Known at once, not after a minute's start. Throws ConfigError naming every port that something else has. */
export async function refuseTakenPorts(
  { proxy, legacyPort, mongoPort, gatewayPort, invokePort }: SystemConfig,
  { hasFunctions }: { readonly hasFunctions: boolean },
): Promise<void> {
  const parts: readonly Part[] = [
    ['proxy', 'PORT', proxy.port, proxy.host],
    ['dashboard', 'ADMIN_PORT', proxy.adminPort, proxy.adminHost],
    ['monolith', 'LEGACY_PORT', legacyPort],
    ['database', 'MONGO_PORT', mongoPort],
    ['gateway', 'GATEWAY_PORT', hasFunctions ? gatewayPort : 0],
    ['Invoke API', 'INVOKE_PORT', hasFunctions ? invokePort : 0],
  ];
  const faults: string[] = [];
  for (const [part, portVariable, port = 0, host] of parts) {
    try {
      if (port !== 0) await freePort(port, host);
    } catch (error) {
      const hostVariable = part === 'dashboard' ? 'ADMIN_HOST' : 'HOST';
      const fault = describeListenError(error, { part, portVariable, hostVariable });
      if (fault === undefined) throw error;
      faults.push(`${fault}${fault.includes('in use') ? ' (is another "banyan dev" running?)' : ''}`);
    }
  }
  if (faults.length > 0) throw new ConfigError('Local system', faults);
}

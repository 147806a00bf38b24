import { oneLine } from '../../../shared/printable';
import type { SeenProxy } from '../../fleet/heartbeat';
import { alignColumns } from '../align-columns';
import { formatDuration } from '../duration';

/** The proxies that left a heartbeat within a day, and whether each follows the overrides that are stored. Pure. */
export function describeProxies(proxies: readonly SeenProxy[], revision: number): string {
  if (proxies.length === 0) return 'Proxies: none seen in this database.\n';
  const header = ['proxy', 'address', 'version', 'route table', 'builds', 'overrides', 'last seen'];
  const rows = proxies.map(({ name, host, port, version, routes, builds, revision: followed, age }) => [
    oneLine(name, 60),
    `${oneLine(host, 60)}:${port}`,
    oneLine(version, 30),
    oneLine(routes, 20),
    `${oneLine(builds.legacy, 30)}/${oneLine(builds.lambda, 30)}`,
    followed === null ? 'unknown' : followed >= revision ? `follows ${followed}` : `at ${followed} of ${revision}`,
    `${formatDuration(age)} ago`,
  ]);
  return `\n${alignColumns([header, ...rows])}`;
}

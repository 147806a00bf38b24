import { oneLine } from '../../../shared/printable';
import { describeFleet, type Fleet } from '../../fleet/fleet';
import { alignColumns } from '../align-columns';
import { formatDuration } from '../duration';

/** How the route tables of the proxies differ from `file`; empty when none does. Pure. */
export function describeTables({ proxies }: Fleet, digest: string, file: string): string {
  const counts = new Map<string, number>();
  for (const { routes, state } of proxies) if (state !== 'lost') counts.set(routes, (counts.get(routes) ?? 0) + 1);
  if ([...counts.keys()].every((other) => other === digest)) return '';
  const those = [...counts].map(
    ([other, count]) => `${oneLine(other, 20)} (${count} ${count === 1 ? 'proxy' : 'proxies'})`,
  );
  return `Route table: ${file} is ${digest}; in force: ${those.join(', ')}.\n`;
}

/** The proxies that left a heartbeat within a day: who is silent, who differs, and whether each follows the stored overrides. Pure. */
export function describeProxies(fleet: Fleet): string {
  const { proxies, revision } = fleet;
  const sentence = `\nProxies: ${describeFleet(fleet).join('\n  ')}\n`;
  if (proxies.length === 0) return sentence;
  const header = ['proxy', 'address', 'version', 'route table', 'builds', 'overrides', 'last seen', ''];
  const rows = proxies.map(({ name, host, port, version, routes, builds, revision: followed, age, state, differs }) => [
    oneLine(name, 60),
    `${oneLine(host, 60)}:${port}`,
    oneLine(version, 30),
    oneLine(routes, 20),
    `${oneLine(builds.legacy, 30)}/${oneLine(builds.lambda, 30)}`,
    followed === null ? 'unknown' : followed >= revision ? 'follows' : 'behind',
    `${formatDuration(age)} ago`,
    [...(state === 'running' ? [] : [state.toUpperCase()]), ...(differs.length === 0 ? [] : ['DIFFERS'])].join(' '),
  ]);
  return `${sentence}\n${alignColumns([header, ...rows])}`;
}

import { oneLine } from '../../../shared/printable';
import { EXPECTED } from '../../fleet/acknowledge';
import type { SeenProxy } from '../../fleet/heartbeat';
import { alignColumns } from '../align-columns';
import { formatDuration } from '../duration';

export interface TablesInForce {
  /** Names of proxies by the digest of their table, the most common first. */
  readonly byDigest: readonly { readonly digest: string; readonly proxies: readonly string[] }[];
  readonly agree: boolean;
}

/** Compares the route tables of the proxies. Pure. */
export function tablesInForce(proxies: readonly SeenProxy[]): TablesInForce {
  const names = new Map<string, string[]>();
  for (const { routes, name, age } of proxies)
    if (age <= EXPECTED) names.set(routes, [...(names.get(routes) ?? []), name]);
  const byDigest = [...names].map(([digest, those]) => ({ digest, proxies: those }));
  byDigest.sort((a, b) => b.proxies.length - a.proxies.length);
  return { byDigest, agree: byDigest.length <= 1 };
}

/** How the proxies' tables differ from each other and from `file`; empty when none does. Pure. */
export function describeTables({ byDigest, agree }: TablesInForce, digest: string, file: string): string {
  const here = `${file} is ${digest}`;
  if (agree) {
    const [other] = byDigest.filter((table) => table.digest !== digest);
    return other === undefined ? '' : `Route table: ${here}, the proxies have ${oneLine(other.digest, 20)}.\n`;
  }
  const lines = byDigest.map(({ digest: theirs, proxies }) => {
    const shown = proxies.slice(0, SHOWN).map((name) => oneLine(name, 60));
    const rest = proxies.length > SHOWN ? `, and ${proxies.length - SHOWN} more` : '';
    return `  ${oneLine(theirs, 20)}: ${shown.join(', ')}${rest}\n`;
  });
  return `ROUTE TABLES DIFFER between proxies; ${here}:\n${lines.join('')}`;
}

const SHOWN = 5;

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
    followed === null ? 'unknown' : followed >= revision ? 'follows' : 'behind',
    `${formatDuration(age)} ago`,
  ]);
  return `\n${alignColumns([header, ...rows])}`;
}

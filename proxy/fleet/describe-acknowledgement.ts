import { oneLine } from '../../shared/printable';
import type { Acknowledgement } from './acknowledge';
import type { SeenProxy } from './heartbeat';

/** In one sentence or more: how many follow, and who does not. Names come from the database. Pure. */
export function describeAcknowledgement(
  { following, behind, lost, waited }: Acknowledgement,
  database: string,
): readonly string[] {
  const seen = following.length + behind.length;
  const gone = lost.map(
    (proxy) =>
      `not counted: ${nameOf(proxy)}; if it is still running, it cannot reach this database and does not follow`,
  );
  if (seen === 0) {
    return [
      `no proxy seen in this database ("${database}"): does MONGODB_URI name the proxies' database? Versions without heartbeats are not seen`,
      ...gone,
    ];
  }
  const count = `${following.length} of ${seen} ${seen === 1 ? 'proxy' : 'proxies'}`;
  const verb = (behind.length === 0 ? following.length : seen) === 1 ? 'follows' : 'follow';
  return [
    `${count} ${verb} (${waited} ms)`,
    ...behind.map((proxy) => `does not follow: ${nameOf(proxy)}: stopped, or unable to reach this database`),
    ...gone,
  ];
}

/** The same for programs. Pure. */
export function acknowledgementAsJson({ following, behind, lost, waited }: Acknowledgement): object {
  return {
    following: following.map(proxyAsJson),
    behind: behind.map(proxyAsJson),
    lost: lost.map(proxyAsJson),
    waited,
  };
}

function proxyAsJson({ _id, name, host, port, version, age }: SeenProxy): object {
  return { id: _id, name, host, port, version, lastSeenMs: age };
}

function nameOf({ name, host, port, age }: SeenProxy): string {
  return `${oneLine(name, 100)} (${oneLine(host, 100)}:${port}, last seen ${formatAge(age)} ago)`;
}

function formatAge(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 120
    ? `${seconds} s`
    : seconds < 7_200
      ? `${Math.round(seconds / 60)} min`
      : `${Math.round(seconds / 3_600)} h`;
}

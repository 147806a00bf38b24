import { memberPath } from './compare-values';

/** Every place of a JSON value, below `path`. Iterative, so that depth cannot exhaust the stack. */
export function* placesIn(path: string, value: unknown): Generator<string> {
  const pending: [string, unknown][] = [[path, value]];
  for (let place = pending.pop(); place !== undefined; place = pending.pop()) {
    const [at, found] = place;
    yield at;
    if (typeof found !== 'object' || found === null) continue;
    if (Array.isArray(found)) for (const [i, member] of found.entries()) pending.push([`${at}[${i}]`, member]);
    else for (const [key, member] of Object.entries(found)) pending.push([`${at}${memberPath(key)}`, member]);
  }
}

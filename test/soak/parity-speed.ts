import type { Check } from './check';
import { runScript } from './run-script';

/** The comparator next to a proxy's work: as fast, as small and as smooth as promised. */
export const paritySpeed: Check = {
  name: 'parity-speed',
  title: '10,000 exchanges are compared in 2 s with flat memory; pairs of 6 MB do not stall the event loop for 60 ms',
  async run() {
    const output = await runScript('test/parity/speed.ts', []);
    const took = /: ([\d.]+ s) \(/.exec(output)?.[1] ?? '?';
    const kept = /heap (-?[\d.]+) MB more/.exec(output)?.[1] ?? '?';
    const stalls = [...output.matchAll(/of the processor \d+ and (\d+) ms/g)].map(([, ms]) => Number(ms));
    return `10,000 exchanges in ${took}, ${kept} MB kept; the longest stall of ${stalls.length} pairs ${Math.max(...stalls)} ms`;
  },
};

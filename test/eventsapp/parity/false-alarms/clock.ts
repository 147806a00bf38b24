import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PRELOADED } from '../../../../shared/local/functions/instance';

/** One clock for all processes of a run: what `Date` says there is ahead of the real time by the same, which may change at any moment. */
export interface SharedClock {
  /** For Node.js processes that are not started here: part of their NODE_OPTIONS. */
  readonly nodeOption: string;
  /** From now on it is this time, and goes on from there. */
  set(time: Date): void;
  /** Gives this process its own `Date` back. */
  readonly close: () => void;
}

/**
 * Plain JavaScript, since any process must be able to load it before all else. `Date` stays the same object for `instanceof`; timers go by
 * another clock. Reading 8 bytes takes about a microsecond.
 */
const PRELOAD = `'use strict';
const fs = require('node:fs');
const file = fs.openSync(require('node:path').join(__dirname, 'ahead'), 'r');
const bytes = Buffer.alloc(8);
const Real = Date;
const now = () => {
  fs.readSync(file, bytes, 0, 8, 0);
  return Real.now() + bytes.readDoubleLE();
};
const Shifted = new Proxy(Real, {
  apply: () => new Real(now()).toString(),
  construct: (target, args, self) => Reflect.construct(target, args.length === 0 ? [now()] : args, self),
  get: (target, key) => (key === 'now' ? now : Reflect.get(target, key)),
});
globalThis.Date = Shifted;
exports.giveBack = () => {
  if (globalThis.Date === Shifted) globalThis.Date = Real;
  fs.closeSync(file);
};
`;

/** Shifts `Date` of this process and of all function processes that are started afterwards. */
export function startSharedClock(): SharedClock {
  const folder = mkdtempSync(path.join(tmpdir(), 'banyan-clock-'));
  const ahead = path.join(folder, 'ahead');
  const file = path.join(folder, 'clock.cjs');
  const realNow = Date.now;
  const write = (ms: number): void => {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleLE(ms);
    // In place: other processes have it open.
    writeFileSync(ahead, bytes, { flag: 'r+' });
  };
  writeFileSync(ahead, Buffer.alloc(8));
  writeFileSync(file, PRELOAD);
  const loaded = createRequire(__filename)(file) as { readonly giveBack: () => void };
  PRELOADED.add(file);
  return {
    nodeOption: `--require ${JSON.stringify(file)}`,
    set: (time) => write(time.getTime() - realNow()),
    close() {
      loaded.giveBack();
      PRELOADED.delete(file);
      rmSync(folder, { recursive: true });
    },
  };
}

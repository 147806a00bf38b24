import { setTimeout as delay } from 'node:timers/promises';

/**
 * Waits until `condition` returns something else than undefined or false, and returns that.
 *
 * @param timeout in ms; the default tells a broken system from a slow machine, not a slow system from a fast one
 * @throws Error naming what was waited for
 */
export async function waitFor<T>(
  what: string,
  condition: () => T | Promise<T>,
  timeout = 15_000,
): Promise<Exclude<T, undefined | false>> {
  const deadline = performance.now() + timeout;
  for (;;) {
    const value = await condition();
    if (value !== undefined && value !== false) return value as Exclude<T, undefined | false>;
    if (performance.now() > deadline) throw new Error(`waited ${timeout} ms in vain for ${what}`);
    await delay(5);
  }
}

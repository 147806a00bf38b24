import type { Logger } from '../shared/logger';

/** What a drain may take beyond its own delay, in ms; it has a limit of its own for what runs. */
const DRAIN_LIMIT = 45_000;

/** Ends the process after an uncaught error: its state is unknown. It is logged; after `drainDelay` ms the proxy drains, and exits with 1. */
export function endOnUncaught(logger: Logger, drain: () => Promise<void>, drainDelay: number): void {
  process.on('uncaughtException', (error: unknown, origin) => {
    // Whoever else ends the process, as SIGTERM does, ends it with this.
    const isFirst = process.exitCode === undefined;
    process.exitCode = 1;
    if (!isFirst) {
      logger.error({ err: error, origin }, 'another uncaught error while draining');
      return;
    }
    logger.error({ err: error, origin }, 'uncaught error: draining, then exiting');
    setTimeout(() => process.exit(), drainDelay + DRAIN_LIMIT).unref();
    void drain()
      .catch((cause: unknown) => logger.error({ err: cause }, 'draining failed'))
      .finally(() => process.exit());
  });
}

import { TestEnvironment } from 'jest-environment-node';

/**
 * Node's environment, in which a suite fails when listeners pile up on one emitter: a leak is only a warning on stderr otherwise. It has
 * to be an environment, because the process that tests see is a copy and hears of no warning. What a failed test has left open
 * (left-open.ts) is closed at the end of its file: Jest would wait for it for ever.
 */
export default class StrictEnvironment extends TestEnvironment {
  private readonly leaks: Error[] = [];

  override async setup(): Promise<void> {
    await super.setup();
    process.on('warning', this.onWarning);
  }

  override async teardown(): Promise<void> {
    const open: unknown = Reflect.get(this.global, Symbol.for('banyan.test.open'));
    for (const close of open instanceof Set ? Array.from(open).reverse() : [])
      if (typeof close === 'function') await Promise.resolve((close as () => unknown)()).catch(() => undefined);
    process.off('warning', this.onWarning);
    await super.teardown();
    const [first] = this.leaks;
    if (first !== undefined) throw first;
  }

  private readonly onWarning = (warning: Error): void => {
    if (warning.name === 'MaxListenersExceededWarning') this.leaks.push(warning);
  };
}

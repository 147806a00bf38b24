import { TestEnvironment } from 'jest-environment-node';

/**
 * Node's environment, in which a suite fails when listeners pile up on one emitter: a leak is only a warning on stderr otherwise. It has
 * to be an environment, because the process that tests see is a copy and hears of no warning.
 */
export default class StrictEnvironment extends TestEnvironment {
  private readonly leaks: Error[] = [];

  override async setup(): Promise<void> {
    await super.setup();
    process.on('warning', this.onWarning);
  }

  override async teardown(): Promise<void> {
    process.off('warning', this.onWarning);
    await super.teardown();
    const [first] = this.leaks;
    if (first !== undefined) throw first;
  }

  private readonly onWarning = (warning: Error): void => {
    if (warning.name === 'MaxListenersExceededWarning') this.leaks.push(warning);
  };
}

import { ConfigError } from '../../errors';
import type { Value } from '../../serverless-file/value';
import { at } from '../../serverless-file/yaml-source';

/** Collects what is wrong with a file, so that all of it is reported at once. */
export class Faults {
  private readonly messages: string[] = [];

  /** Notes a fault at the place of `value`. */
  add(value: Value, message: string): void {
    this.addText(`${at(value.place)}: ${message}`);
  }

  addText(message: string): void {
    if (!this.messages.includes(message)) this.messages.push(message);
  }

  /** @throws ConfigError if there were faults */
  check(source: string): void {
    if (this.messages.length > 0) throw new ConfigError(source, this.messages);
  }
}

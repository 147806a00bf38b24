import type { Place } from './yaml-source';

/** A value that exists only at deploy time: `${ssm:...}`, `${cf:...}`, `!Ref`. Using it is an error, having it is not. */
export class DeployTime {
  constructor(readonly expression: string) {}
}

export type Primitive = null | string | number | boolean;

/** A plain value out of `serverless.yml`, every variable replaced, that remembers where it stands. */
export class Value {
  constructor(
    readonly place: Place,
    readonly data: Primitive | DeployTime | readonly Value[] | ReadonlyMap<string, Value>,
  ) {}

  /** The entries of a map; empty for everything else. */
  get entries(): ReadonlyMap<string, Value> {
    return this.data instanceof Map ? this.data : new Map<string, Value>();
  }

  /** The items of a list; empty for everything else. */
  get items(): readonly Value[] {
    return isList(this.data) ? this.data : [];
  }

  get isMap(): boolean {
    return this.data instanceof Map;
  }

  /** The scalar, or undefined for lists, maps and what only a deployment knows. */
  get primitive(): Primitive | undefined {
    return isPrimitive(this.data) ? this.data : undefined;
  }

  /** The string, or undefined for everything else. */
  get text(): string | undefined {
    return typeof this.data === 'string' ? this.data : undefined;
  }

  /** What follows a dotted address from here; `null` values count as absent. */
  get(address: string): Value | undefined {
    const found = keysOf(address).reduce<Value | undefined>(
      (value, key) => value?.entries.get(key) ?? value?.items[/^\d+$/.test(key) ? Number(key) : -1],
      this,
    );
    return found?.data === null ? undefined : found;
  }

  /** As JavaScript has it; what only a deployment knows is undefined. */
  toJS(): unknown {
    if (this.isMap) return Object.fromEntries([...this.entries].map(([name, one]) => [name, one.toJS()]));
    return isList(this.data) ? this.items.map((one) => one.toJS()) : this.primitive;
  }

  /** How a message quotes the value. */
  describe(): string {
    if (this.data instanceof DeployTime) return this.data.expression;
    if (this.isMap) return 'a map';
    return isList(this.data) ? 'a list' : JSON.stringify(this.data);
  }
}

function keysOf(address: string): string[] {
  return address === '' ? [] : address.split('.');
}

function isList(data: unknown): data is readonly Value[] {
  return Array.isArray(data);
}

export function isPrimitive(data: unknown): data is Primitive {
  return data === null || ['string', 'number', 'boolean'].includes(typeof data);
}

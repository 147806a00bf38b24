import { ConfigError } from './errors';
import { manglingOf } from './mangled-value';

/** The environment as a deployable receives it; `process.env` fits. */
export type Environment = Readonly<Record<string, string | undefined>>;

interface IntegerBounds {
  readonly default?: number;
  readonly min?: number;
  readonly max?: number;
}

/** Reads variables and collects every fault. Values returned after a fault are placeholders that {@link readEnvironment} never lets out. */
export class EnvironmentReader {
  readonly faults: string[] = [];

  constructor(private readonly env: Environment) {}

  /** A non-empty string. Without a default the variable is required; `example` is what to set, for the message. */
  string(name: string, fallback?: string, example?: string): string {
    const value = this.env[name];
    if (value === undefined && fallback !== undefined) return fallback;
    if (value === undefined || value === '') {
      const remedy = example === undefined ? 'set it' : `set it, for example ${name}=${example}`;
      return this.fault(`${name} is ${value === '' ? 'empty' : 'missing'}; ${remedy}`, '');
    }
    return value;
  }

  /** A string that may be absent; empty counts as a fault, because an empty variable is usually a failed substitution. */
  optionalString(name: string): string | undefined {
    return this.env[name] === undefined ? undefined : this.string(name);
  }

  /** MongoDB's connection string. It may hold a password, so a fault does not repeat it. */
  mongodbUri(name: string, example?: string): string {
    const uri = this.string(name, undefined, example);
    if (uri === '' || /^mongodb(?:\+srv)?:\/\/\S+$/.test(uri)) return uri;
    const mangling = manglingOf(uri);
    const fault = mangling ? `${mangling.looks}; ${mangling.remedy}` : 'is not a connection string';
    return this.fault(`${name} ${fault}; expected mongodb://... or mongodb+srv://...`, '');
  }

  integer(name: string, { default: fallback, min = 0, max = Number.MAX_SAFE_INTEGER }: IntegerBounds = {}): number {
    const text = this.env[name];
    if (text === undefined && fallback !== undefined) return fallback;
    const value = text !== undefined && /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    const found = text === undefined ? 'is missing' : `is ${JSON.stringify(text)}`;
    return this.fault(`${name} ${found}; expected a whole number from ${min} to ${max}`, min);
  }

  /** A TCP port; 0 asks the system for a free one. */
  port(name: string, fallback: number): number {
    return this.integer(name, { default: fallback, max: 65_535 });
  }

  /** An absolute http or https URL without query and fragment. */
  httpUrl(name: string, fallback?: string, example = 'http://127.0.0.1:3001'): URL {
    const text = this.string(name, fallback, example);
    const url = URL.canParse(text) ? new URL(text) : undefined;
    const usable = url !== undefined && /^https?:$/.test(url.protocol) && url.search === '' && url.hash === '';
    if (usable) return url;
    if (text !== '') this.faults.push(`${name} is ${JSON.stringify(text)}; expected a URL such as ${example}`);
    return new URL('http://invalid.invalid');
  }

  oneOf<const T extends string>(name: string, allowed: readonly T[], fallback: T): T {
    const text = this.env[name] ?? fallback;
    const value = allowed.find((word) => word === text);
    return value ?? this.fault(`${name} is ${JSON.stringify(text)}; expected one of ${allowed.join(', ')}`, fallback);
  }

  private fault<T>(message: string, placeholder: T): T {
    this.faults.push(message);
    return placeholder;
  }
}

/** Builds a frozen configuration; `build` may add to `reader.faults`. Throws ConfigError naming every bad variable at once. */
export function readEnvironment<T extends object>(
  env: Environment,
  build: (reader: EnvironmentReader) => T,
): Readonly<T> {
  const reader = new EnvironmentReader(env);
  const config = build(reader);
  if (reader.faults.length > 0) throw new ConfigError('Environment', reader.faults);
  return Object.freeze(config);
}

import path from 'node:path';
import { parse, stringify } from 'yaml';
import { ownProperty } from '../../../shared/session/own-property';

/** What commands read of serverless.yml, as it is written: variables are not replaced. */
export class ServerlessEntries {
  private readonly content: unknown;

  constructor(text: string) {
    this.content = parse(text, { logLevel: 'silent' });
  }

  at(...keys: readonly (string | number)[]): unknown {
    return keys.reduce<unknown>((value, key) => ownProperty(value, String(key)), this.content);
  }

  get service(): string {
    const service = this.at('service');
    return typeof service === 'string' && /^[\w-]+$/.test(service) ? service : 'banyan';
  }

  /** Undefined where they are in other files. */
  get functions(): readonly (readonly [name: string, definition: unknown])[] | undefined {
    const functions = this.at('functions');
    if (functions === undefined || functions === null) return [];
    return typeof functions === 'object' && !Array.isArray(functions) ? Object.entries(functions) : undefined;
  }

  /** The function that runs the app of this folder. */
  liftedFunction(serverlessFolder: string, appFolder: string): string | undefined {
    return this.functions?.find(([, definition]) => {
      const app = ownProperty(ownProperty(definition, 'lifted'), 'app');
      return typeof app === 'string' && path.resolve(serverlessFolder, app) === appFolder;
    })?.[0];
  }

  get hasLiftedPlugin(): boolean {
    const plugins = this.at('plugins');
    return Array.isArray(plugins) && plugins.some((plugin) => /deployment\/lifted(?:\.js)?$/.test(String(plugin)));
  }

  /** The environment of the function behind `custom.authorizer`, as written. */
  get authorizerEnvironment(): unknown {
    const name = this.at('custom', 'authorizer', 'name');
    return this.at('functions', typeof name === 'string' ? name : 'authorizer', 'environment');
  }

  /** Values of variables that any function has, as written. */
  get knownVariables(): ReadonlyMap<string, unknown> {
    const environments = [
      ...(this.functions ?? []).map(([, definition]) => ownProperty(definition, 'environment')),
      this.at('provider', 'environment'),
    ];
    return new Map(
      environments.flatMap((given) => {
        const address = typeof given === 'string' ? /^\$\{self:([\w.-]+)\}$/.exec(given)?.[1] : undefined;
        const found = address === undefined ? given : this.at(...address.split('.'));
        return typeof found === 'object' && found !== null ? Object.entries(found) : [];
      }),
    );
  }

  get providerVariables(): ReadonlySet<string> {
    return new Set(Object.keys((this.at('provider', 'environment') as object | null | undefined) ?? {}));
  }
}

/** A value on one line. */
export function inline(value: unknown): string {
  const options = { lineWidth: 0, singleQuote: true, flowCollectionPadding: true } as const;
  return stringify(value, typeof value === 'string' ? options : { ...options, collectionStyle: 'flow' }).trim();
}

/** The `http` event of a route, as a list's entry. */
export function httpEvent(method: string, routePath: string, authorizer?: string): string {
  const at = routePath.replace(/^\//, '').replace(/:(\w+)/g, '{$1}') || '/';
  return `- http: ${inline({ path: at, method: method.toLowerCase(), ...(authorizer !== undefined && { authorizer }) })}`;
}

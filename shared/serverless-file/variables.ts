import path from 'node:path';
import { splitVariables, splitCandidates } from './variable-syntax';
import { DeployTime, isPrimitive, Value, type Primitive } from './value';
import { at, readYaml, type Place, type Tree } from './yaml-source';

export interface VariableSources {
  /** The folder that `${file(...)}` paths start from. */
  readonly root: string;
  readonly stage: string;
  readonly env: (name: string) => string | undefined;
  /** The values of `ssm(region):name` and the like, for who has looked them up. Without them they are known after a deployment only. */
  readonly lookedUp?: ReadonlyMap<string, string>;
}

const SUPPORTED =
  "supported are ${self:a.b}, ${sls:stage}, ${opt:stage}, ${file(./x.yml):a.b}, ${env:X}, a fallback ('text', a number, another " +
  'variable) after a comma, and, where nothing local needs the value, ${ssm:...}, ${cf:...}, ${aws:...}, ${s3:...}, ${param:...}';

/** Known to the framework, but answered by AWS or by the deployment. */
const DEPLOY_TIME = /^(?:ssm|cf|aws|s3|param)(?:\([^)]*\))?:/;

/** CloudFormation fills these in while it deploys: `{{resolve:secretsmanager:...}}`. */
const DYNAMIC_REFERENCE = /\{\{resolve:/;

/**
 * Replaces the variables of the Serverless Framework that can be resolved on one machine. `faults` collects what is
 * refused, each with file and line.
 * @see https://www.serverless.com/framework/docs/providers/aws/guide/variables (osls, which deploys, keeps this syntax)
 */
export class Variables {
  readonly faults: string[] = [];
  private readonly files = new Map<string, Tree>();
  private readonly active = new Set<string>();

  constructor(
    private readonly main: Tree,
    private readonly sources: VariableSources,
  ) {}

  /** The tree with every variable in it replaced. */
  resolve(tree: Tree): Value {
    const { place } = tree;
    switch (tree.kind) {
      case 'intrinsic':
        return new Value(place, new DeployTime(tree.tag));
      case 'list':
        return new Value(
          place,
          tree.items.map((item) => this.resolve(item)),
        );
      case 'map':
        return new Value(place, new Map([...tree.entries].map(([key, value]) => [key, this.resolve(value)])));
      case 'scalar':
        return typeof tree.value === 'string' ? this.text(tree.value, place) : new Value(place, scalar(tree.value));
    }
  }

  /** A string that is one variable takes on that variable's type; otherwise variables become part of the text. */
  private text(text: string, place: Place): Value {
    const parts = splitVariables(text);
    const [first] = parts;
    if (parts.length === 1 && first?.expression !== undefined) return this.expression(first.expression, place);
    let result = '';
    for (const { literal, expression } of parts) {
      const value = expression === undefined ? literal : this.expression(expression, place).data;
      if (value instanceof DeployTime) return new Value(place, new DeployTime(text));
      if (!isPrimitive(value)) {
        return this.fault(place, `\${${expression ?? ''}} is a list or a map and cannot stand inside a text`);
      }
      result += value === null ? '' : String(value);
    }
    return new Value(place, DYNAMIC_REFERENCE.test(result) ? new DeployTime(result) : result);
  }

  private expression(source: string, place: Place): Value {
    const inner = this.text(source, place).data;
    if (inner instanceof DeployTime) return new Value(place, new DeployTime(`\${${source}}`));
    for (const candidate of splitCandidates(isPrimitive(inner) ? String(inner) : source)) {
      const value = this.candidate(candidate, place);
      if (value !== undefined && value.data !== null) return value;
      if (candidate === 'null') return new Value(place, null);
    }
    return this.fault(place, `\${${source}} has no value and no fallback`);
  }

  private candidate(text: string, place: Place): Value | undefined {
    const quoted = /^(?:'(?<single>[^']*)'|"(?<double>[^"]*)")$/.exec(text)?.groups;
    if (quoted) return new Value(place, quoted['single'] ?? quoted['double'] ?? '');
    if (/^(?:true|false|-?\d+(?:\.\d+)?)$/.test(text)) return new Value(place, scalar(JSON.parse(text)));
    if (DEPLOY_TIME.test(text)) {
      return new Value(place, this.sources.lookedUp?.get(text) ?? new DeployTime(`\${${text}}`));
    }
    if (text === 'sls:stage' || text === 'opt:stage') return new Value(place, this.sources.stage);
    if (text === 'null' || /^opt:[\w-]+$/.test(text)) return undefined;
    const env = /^env:(\w+)$/.exec(text)?.[1];
    if (env !== undefined) return new Value(place, this.sources.env(env) ?? null);
    const self = /^self:([\w.-]*)$/.exec(text)?.[1];
    if (self !== undefined) return this.lookup(this.main, self, 'self', place);
    const file = /^file\((?<name>[^)]+)\)(?::(?<key>[\w.-]+))?$/.exec(text)?.groups;
    if (file?.['name'] !== undefined) {
      // A program makes resources of the deployment: nothing that is served or run here.
      if (/\.c?js$/.test(file['name'])) return new Value(place, new DeployTime(`\${${text}}`));
      return this.lookup(this.file(file['name'], place), file['key'] ?? '', file['name'], place);
    }
    return this.fault(place, `\${${text}} is not supported; ${SUPPORTED}`);
  }

  private lookup(tree: Tree | undefined, address: string, name: string, place: Place): Value | undefined {
    if (name === 'self' && address === 'provider.stage') return new Value(place, this.sources.stage);
    const id = `${name}:${address}`;
    if (this.active.has(id)) return this.fault(place, `\${${id}} refers to itself`);
    this.active.add(id);
    try {
      const keys = address === '' ? [] : address.split('.');
      let current = tree;
      // An address may lead through a value that is itself a variable, such as `custom: ${file(...)}`.
      while (current && current.kind !== 'scalar' && keys.length > 0) current = child(current, keys.shift() ?? '');
      const value = current && this.resolve(current);
      if (value?.data instanceof DeployTime || keys.length === 0) return value;
      return value?.get(keys.join('.'));
    } finally {
      this.active.delete(id);
    }
  }

  private file(name: string, place: Place): Tree | undefined {
    const file = path.resolve(this.sources.root, name);
    try {
      const tree = this.files.get(file) ?? readYaml(file);
      this.files.set(file, tree);
      return tree;
    } catch (error) {
      this.fault(place, error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }

  private fault(place: Place, message: string): Value {
    const fault = `${at(place)}: ${message}`;
    if (!this.faults.includes(fault)) this.faults.push(fault);
    return new Value(place, null);
  }
}

function child(tree: Tree, key: string): Tree | undefined {
  if (tree.kind === 'map') return tree.entries.get(key);
  return tree.kind === 'list' && /^\d+$/.test(key) ? tree.items[Number(key)] : undefined;
}

/** YAML scalars of other kinds become text. */
function scalar(value: unknown): Primitive {
  if (isPrimitive(value)) return value;
  return value instanceof Date ? value.toISOString() : JSON.stringify(value);
}

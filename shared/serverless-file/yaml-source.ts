import { readFileSync } from 'node:fs';
import path from 'node:path';
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Node, type ScalarTag } from 'yaml';
import { ConfigError } from '../errors';

/** A place in a file, for messages. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

/** A YAML value that remembers where it stands. */
export type Tree =
  | { readonly kind: 'map'; readonly place: Place; readonly entries: ReadonlyMap<string, Tree> }
  | { readonly kind: 'list'; readonly place: Place; readonly items: readonly Tree[] }
  | { readonly kind: 'scalar'; readonly place: Place; readonly value: unknown }
  /** A CloudFormation intrinsic function in short form: known only after a deployment. */
  | { readonly kind: 'intrinsic'; readonly place: Place; readonly tag: string };

const INTRINSICS = [
  ...['Ref', 'GetAtt', 'Sub', 'Join', 'Select', 'Split', 'If', 'Equals', 'Not', 'And', 'Or', 'Condition'],
  ...['ImportValue', 'FindInMap', 'Base64', 'Cidr', 'GetAZs', 'Transform'],
].map((name) => `!${name}`);

/** Tags are only recognised here, so that the parser does not warn; their values are never read. */
const customTags = INTRINSICS.flatMap((tag): ScalarTag[] => [{ tag, resolve: (text) => text }]);

/** Reads YAML or JSON into a tree with line numbers; CloudFormation's short tags stay opaque. Throws ConfigError when it cannot be read. */
export function readYaml(file: string): Tree {
  const source = path.basename(file);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const remedy = path.basename(file) === 'gateway-responses.yml' ? '; "npx banyan gateway-responses" writes it' : '';
    throw new ConfigError(source, [`cannot read ${file}${remedy}`], error);
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, customTags, logLevel: 'silent' });
  if (document.errors.length > 0) {
    throw new ConfigError(
      source,
      document.errors.map((error) => error.message.replace(/:\n[^]*$/, '')),
    );
  }

  const convert = (node: unknown, inherited: Place): Tree => {
    if (isAlias(node)) return convert(node.resolve(document), inherited);
    const place = isNode(node) && node.range ? { file: source, line: lines.linePos(node.range[0]).line } : inherited;
    const tag = isNode(node) ? node.tag : undefined;
    if (tag !== undefined && INTRINSICS.includes(tag)) return { kind: 'intrinsic', place, tag };
    if (isSeq(node)) return { kind: 'list', place, items: node.items.map((item) => convert(item, place)) };
    if (isMap(node)) {
      const entries = new Map<string, Tree>();
      for (const { key, value } of node.items) {
        const name = isScalar(key) ? String(key.value) : '';
        if (name === '<<') throw new ConfigError(source, [`${at(place)}: merge keys ("<<") are not supported`]);
        entries.set(name, convert(value, isScalar(key) && key.range ? lineOf(key.range[0]) : place));
      }
      return { kind: 'map', place, entries };
    }
    return { kind: 'scalar', place, value: isScalar(node) ? node.value : null };
  };
  const lineOf = (offset: number): Place => ({ file: source, line: lines.linePos(offset).line });

  return convert(document.contents, { file: source, line: 1 });
}

/** `serverless.yml:12`, as messages begin. */
export function at({ file, line }: Place): string {
  return `${file}:${line}`;
}

function isNode(value: unknown): value is Node {
  return isMap(value) || isSeq(value) || isScalar(value);
}

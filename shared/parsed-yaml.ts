import { isCollection, isScalar, LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { ConfigError } from './errors';

type Path = readonly PropertyKey[];

/** The content of a YAML text, and where its parts stand. */
export interface ParsedYaml {
  readonly content: unknown;
  /** `routes.yml:12:3`: where the part of this path begins, or the nearest one above it that is there. */
  readonly placeOf: (path: Path) => string;
  readonly lineOf: (path: Path) => number;
}

/** Parses a YAML text; tags that it does not know are ignored. Throws ConfigError about `subject` with every fault and its place. */
export function parseYaml(
  text: string,
  { file, subject }: { readonly file: string; readonly subject: string },
): ParsedYaml {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' });
  const placeAt = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  const offsetOf = (path: Path): number => {
    for (let length = path.length; length >= 0; length -= 1) {
      const node: unknown = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
      if ((isScalar(node) || isCollection(node)) && node.range) return node.range[0];
    }
    return 0;
  };
  if (document.errors.length > 0) {
    const faults = document.errors.map(({ pos, message }) => `${placeAt(pos[0])} not valid YAML: ${message}`);
    throw new ConfigError(subject, faults);
  }
  let content: unknown;
  try {
    content = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw new ConfigError(subject, [`${file} has too many YAML aliases; write out what they stand for`], error);
  }
  return {
    content,
    placeOf: (path) => placeAt(offsetOf(path)),
    lineOf: (path) => lines.linePos(offsetOf(path)).line,
  };
}

/** `routes[3].match`; `file` for all of it. */
export function pathText(path: Path): string {
  return z.core.toDotPath(path) || 'file';
}

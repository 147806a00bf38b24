import type { Steps } from './steps';

/** What a JSON text says beyond the value that `JSON.parse` makes of it; a client in another language reads it differently. */
export interface JsonSpelling {
  /** Numbers that JavaScript writes otherwise, by their path: `1.0`, `1e2`, integers beyond 2^53. */
  readonly numbers: readonly (readonly [path: string, spelling: string])[];
  /** Paths of members whose name stands more than once in its object; `JSON.parse` takes the last. */
  readonly repeated: readonly string[];
}

/** Longer paths are cut: writing each of them anew would take longer with each level. */
const LONGEST_PATH = 4_000;

interface Frame {
  /** Where it stands. */
  readonly path: string;
  /** Of an object; undefined for a list. */
  readonly names: Set<string> | undefined;
  name: string;
  index: number;
  isValue: boolean;
}

const NUMBER = /[-+.\deE]+/y;
/** Characters of structure, strings and numbers between two yields. */
const STEP = 5_000;

/** Reads a text that `JSON.parse` has accepted; `memberPath` writes a member's path. */
export function* spellingOf(json: string, memberPath: (name: string) => string): Steps<JsonSpelling> {
  const numbers: [string, string][] = [];
  const repeated: string[] = [];
  const frames: Frame[] = [];
  const here = (): string => {
    const frame = frames.at(-1);
    if (frame === undefined) return '$';
    const { path, names, name, index } = frame;
    return path.length > LONGEST_PATH ? path : `${path}${names === undefined ? `[${index}]` : memberPath(name)}`;
  };
  let looked = 0;
  for (let at = 0; at < json.length; at += 1) {
    const letter = json[at];
    const frame = frames.at(-1);
    if (letter === '"') {
      const end = endOfString(json, at);
      if (frame?.names !== undefined && !frame.isValue) {
        frame.name = decode(json.slice(at, end + 1));
        if (frame.names.has(frame.name)) repeated.push(here());
        frame.names.add(frame.name);
      }
      at = end;
    } else if (letter === '{' || letter === '[') {
      frames.push({ path: here(), names: letter === '{' ? new Set() : undefined, name: '', index: 0, isValue: false });
    } else if (letter === '}' || letter === ']') {
      frames.pop();
    } else if (letter === ':') {
      if (frame !== undefined) frame.isValue = true;
    } else if (letter === ',') {
      if (frame !== undefined) {
        frame.index += 1;
        frame.isValue = false;
      }
    } else if (letter === '-' || (letter !== undefined && letter >= '0' && letter <= '9')) {
      NUMBER.lastIndex = at;
      const token = NUMBER.exec(json)?.[0] ?? letter;
      if (String(Number(token)) !== token && token !== '-0') numbers.push([here(), token]);
      at += token.length - 1;
    } else continue;
    looked += 1;
    if (looked % STEP === 0) yield;
  }
  return { numbers, repeated };
}

function endOfString(json: string, start: number): number {
  for (let end = json.indexOf('"', start + 1); end >= 0; end = json.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (json[end - 1 - backslashes] === '\\') backslashes += 1;
    if (backslashes % 2 === 0) return end;
  }
  return json.length;
}

function decode(quoted: string): string {
  return quoted.includes('\\') ? String(JSON.parse(quoted)) : quoted.slice(1, -1);
}

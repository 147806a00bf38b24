/** What a `Content-Type` header names. */
export interface MediaType {
  /** In lower case, such as `application/json`. */
  readonly type: string;
  /** Names in lower case, values unquoted; of repeated names the last. */
  readonly parameters: ReadonlyMap<string, string>;
}

const TYPE = /^ *[A-Za-z0-9][A-Za-z0-9!#$&^_-]{0,126}\/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126} *$/;
const PARAMETER =
  /; *([!#$%&'*+.^_`|~0-9A-Za-z-]+) *= *("(?:[ !\u0023-\u005b\u005d-\u007e\u0080-\u00ff]|\\[\u0020-\u007e])*"|[!#$%&'*+.^_`|~0-9A-Za-z-]+) */y;

/** Reads a `Content-Type` by `media-typer` 0.3, as Express 4's parsers do; undefined when absent or malformed: nothing is parsed then. */
export function parseMediaType(header: string | undefined): MediaType | undefined {
  if (header === undefined) return undefined;
  const semicolon = header.indexOf(';');
  const type = semicolon === -1 ? header : header.slice(0, semicolon);
  if (!TYPE.test(type)) return undefined;
  const parameters = new Map<string, string>();
  let position = type.length;
  while (position < header.length) {
    PARAMETER.lastIndex = position;
    const [all, name, value] = PARAMETER.exec(header) ?? [];
    if (all === undefined || name === undefined || value === undefined) return undefined;
    parameters.set(name.toLowerCase(), value.startsWith('"') ? unquote(value) : value);
    position += all.length;
  }
  return { type: type.trim().toLowerCase(), parameters };
}

function unquote(value: string): string {
  return value.slice(1, -1).replace(/\\(.)/g, '$1');
}

import { z } from 'zod';
import { ConfigError } from '../../errors';
import { pathText } from '../../parsed-yaml';
import { entry, file, type Har, type HarEntry } from './har';

/** A recording as read. */
export interface ParsedHar {
  readonly har: Har;
  /** The file broke off in the middle, as after a crash; what is complete was kept. */
  readonly repaired: boolean;
  /** Entries that are none, such as one with a relative URL: the others were kept. */
  readonly lost: readonly LostEntry[];
}

export interface LostEntry {
  /** `recorded.har log.entries[3] (POST /api/events)`. */
  readonly what: string;
  readonly reason: string;
}

const MAX_FAULTS = 20;
const REMEDY = 'expected a HAR file (in the browser: developer tools, Network, "Export HAR")';

/** Reads a HAR file (1.1 or 1.2), repairs one that broke off, leaves out entries that are none, and sorts the others by time. Throws ConfigError naming every fault when nothing is left. */
export function parseHar(content: string, name: string): ParsedHar {
  const { value, repaired } = parseJson(content, name);
  const outer = file.safeParse(value, { reportInput: true });
  if (!outer.success)
    throw new ConfigError(
      'HAR file',
      outer.error.issues.map((issue) => `${describe(`${name} `, issue)}; ${REMEDY}`).slice(0, MAX_FAULTS),
    );

  const lost: LostEntry[] = [];
  const entries: HarEntry[] = [];
  outer.data.log.entries.forEach((candidate, index) => {
    const parsed = entry.safeParse(candidate, { reportInput: true });
    if (parsed.success) entries.push(parsed.data);
    else
      lost.push({
        what: `${name} ${placeOf(candidate, index)}`,
        reason: parsed.error.issues.map((issue) => describe('', issue)).join('; '),
      });
  });
  if (entries.length === 0 && lost.length > 0) {
    const faults = lost.slice(0, MAX_FAULTS).map(({ what, reason }) => `${what} ${reason}`);
    const rest = lost.length - faults.length;
    const more = `${name}: and ${rest} more entries; is this a HAR file of a browser or of Banyan?`;
    throw new ConfigError('HAR file', rest > 0 ? [...faults, more] : faults);
  }
  const inOrder = entries
    .map((item, index) => ({ item, index, at: Date.parse(item.startedDateTime) }))
    .sort((a, b) => a.at - b.at || a.index - b.index);
  const { version, creator } = outer.data.log;
  return { har: { log: { version, creator, entries: inOrder.map(({ item }) => item) } }, repaired, lost };
}

function parseJson(content: string, name: string): { value: unknown; repaired: boolean } {
  const json = content.startsWith('\uFEFF') ? content.slice(1) : content;
  try {
    return { value: JSON.parse(json), repaired: false };
  } catch (error) {
    const value = repair(json);
    if (value !== undefined) return { value, repaired: true };
    // The message may quote the file, so only the position is taken from it.
    const position = / at position \d+( \(line \d+ column \d+\))?/.exec(
      error instanceof Error ? error.message : '',
    )?.[0];
    const what = json.trim() === '' ? 'is empty' : `is not valid JSON${position ?? ''}`;
    throw new ConfigError('HAR file', [`${name} ${what}; ${REMEDY}`]);
  }
}

/** One entry a line: the last lines of a file that broke off may be incomplete. */
function repair(json: string): unknown {
  const lines = json.split('\n');
  if (!lines[0]?.startsWith('{"log":{') || !lines[0].endsWith('"entries":[')) return undefined;
  for (let kept = lines.length; kept > 0 && kept > lines.length - 3; kept -= 1) {
    try {
      return JSON.parse(`${lines.slice(0, kept).join('\n').replace(/,\s*$/, '')}]}}`);
    } catch {
      // The next shorter form.
    }
  }
  return undefined;
}

/** `log.entries[3] (POST /api/events)`, as far as it is known. */
function placeOf(candidate: unknown, index: number): string {
  const request = z.object({ request: z.object({ method: z.string().max(20), url: z.string() }) }).safeParse(candidate);
  if (!request.success) return `log.entries[${index}]`;
  const { method, url: address } = request.data.request;
  // Of a relative address, too, without its query.
  const path = URL.canParse(address) ? new URL(address).pathname : (address.split(/[?#]/, 1)[0] ?? '');
  return `log.entries[${index}] (${method} ${path.slice(0, 80)})`;
}

function describe(place: string, issue: z.core.$ZodIssue): string {
  return `${place}${pathText(issue.path)}: found ${describeFound(issue.input)}; ${issue.message.replace(/^Invalid input: |, received .*$/g, '')}`;
}

/** Its kind only, for it may be a body or a header: a message must not carry a secret. */
function describeFound(input: unknown): string {
  if (input === undefined) return 'nothing';
  if (input === null || typeof input === 'number' || typeof input === 'boolean') return String(input);
  if (Array.isArray(input)) return 'a list';
  return typeof input === 'string' ? (input === '' ? 'an empty text' : 'a text') : 'an object';
}

/** What says nothing of a route: `/api/v2`. */
const PREFIX = /^(?:api|v\d+)$/i;
const PLURAL = /[^siu]s$/i;

/** Names a route as people do: `GET /api/notes/:noteId` is `get-note`, `GET /api/notes` is `list-notes`. Pure. */
export function routeId(method: string, path: string, taken: ReadonlySet<string> = new Set()): string {
  const all = path.split('/').filter((segment) => segment !== '');
  const prefix = all.findIndex((segment) => !PREFIX.test(segment));
  const segments = prefix === -1 ? all : all.slice(prefix);
  const isParam = (segment: string | undefined): boolean => segment?.startsWith(':') === true;
  const words = segments
    .map((segment, index) =>
      isParam(segments[index + 1]) || index + 1 < segments.length ? singular(segment) : segment,
    )
    .filter((segment) => !isParam(segment));
  const last = words.at(-1) ?? 'root';
  const isList = PLURAL.test(last) && !isParam(segments.at(-1));
  const verb =
    new Map([
      ['GET', isList ? 'list' : 'get'],
      ['POST', isList ? 'create' : 'post'],
      ['PUT', 'replace'],
      ['PATCH', 'update'],
    ]).get(method) ?? method.toLowerCase();
  const noun = [...words.slice(0, -1), verb === 'create' ? singular(last) : last].join('-');
  const id = `${verb}-${noun}`
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 60)
    .replace(/-$/, '');
  for (let count = 1; ; count += 1) {
    const candidate = count === 1 ? id : `${id}-${count}`;
    if (!taken.has(candidate)) return candidate;
  }
}

/** `categories` is `category`; what is no plural stays. */
export function singular(word: string): string {
  if (!PLURAL.test(word)) return word;
  return word
    .replace(/ies$/i, 'y')
    .replace(/(ss|x|ch|sh)es$/i, '$1')
    .replace(/([^s])s$/i, '$1');
}

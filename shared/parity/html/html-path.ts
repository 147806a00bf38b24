/** A place in a page, as differences and rules write it: `body nav a[3] text` has the elements `nav`, `a[3]` and the leaf `text`. */
export interface HtmlPath {
  readonly elements: readonly string[];
  /** `@href`, `text`, `whitespace`, `comment`, `doctype`, `spelling`, `$.json`, `@data-x $.json`; undefined for the element itself. */
  readonly leaf: string | undefined;
}

const LEAVES = new Set(['text', 'whitespace', 'comment', 'doctype', 'spelling']);

export function isHtmlPath(path: string): boolean {
  return /^body (?![$(]|line\b)/.test(path);
}

/** Takes `body nav a[3] text` apart. */
export function parseHtmlPath(path: string): HtmlPath {
  const rest = path.slice('body '.length);
  const at = rest.search(/(?:^| )[@$]/);
  if (at >= 0) return { elements: wordsOf(rest.slice(0, at)), leaf: rest.slice(at).trim() };
  const elements = wordsOf(rest);
  const last = elements.at(-1);
  return last !== undefined && LEAVES.has(last)
    ? { elements: elements.slice(0, -1), leaf: last }
    : { elements, leaf: undefined };
}

const wordsOf = (text: string): string[] => text.split(' ').filter((word) => word !== '');

/** Whether a rule's elements are those of a place: in order, the last one its own unless `below`; others may stand between. */
export function matchesElements(
  wanted: readonly string[],
  found: readonly string[],
  { below = false }: { readonly below?: boolean } = {},
): boolean {
  let next = wanted.length - 1;
  let at = found.length - 1;
  if (!below && next >= 0) {
    const [rule, element] = [wanted[next], found[at]];
    if (rule === undefined || element === undefined || !matchesElement(rule, element)) return false;
    next -= 1;
    at -= 1;
  }
  for (; next >= 0; next -= 1, at -= 1) {
    const rule = wanted[next] ?? '';
    while (at >= 0 && !matchesElement(rule, found[at] ?? '')) at -= 1;
    if (at < 0) return false;
  }
  return true;
}

function matchesElement(rule: string, element: string): boolean {
  if (rule === '*' || rule === element) return true;
  const general = rule.endsWith('[*]') ? rule.slice(0, -3) : rule;
  if (general === withoutPosition(element)) return true;
  return general === tagOf(element);
}

export function withoutPosition(element: string): string {
  return element.replace(/\[(?:\d{1,6}|\*)\]$/, '');
}

export function tagOf(element: string): string {
  const end = element.search(/[#[]/);
  return end < 0 ? element : element.slice(0, end);
}

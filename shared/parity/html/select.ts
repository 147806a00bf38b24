import {
  attributeName,
  childrenOf,
  isElement,
  type HtmlDocument,
  type HtmlElement,
  type HtmlParent,
} from './parse-document';

interface Compound {
  readonly tag: string | undefined;
  readonly conditions: readonly {
    readonly name: string;
    readonly value: string | undefined;
    readonly isWord: boolean;
  }[];
}

/** One element of a selector: `input`, `#login`, `.token`, `[name=_csrf]`, or several of these together. */
const PART = /([A-Za-z][\w-]*)|#([\w-]+)|\.([\w-]+)|\[([\w:-]+)(?:=(?:"([^"]*)"|'([^']*)'|([^\]"']*)))?\]/y;

/** Reads tags, ids, classes and attributes (`[name=value]`), nested by spaces (Selectors level 3); undefined for anything else. */
export function parseSelector(text: string): readonly Compound[] | undefined {
  const compounds: Compound[] = [];
  let at = 0;
  const source = text.trim();
  while (at < source.length) {
    let tag: string | undefined;
    const conditions: Compound['conditions'][number][] = [];
    const start = at;
    while (at < source.length && source.charAt(at) !== ' ') {
      PART.lastIndex = at;
      const found = PART.exec(source);
      if (found === null) return undefined;
      const [whole, name, id, className, attribute, double, single, bare] = found;
      if (name !== undefined && at > start) return undefined;
      if (name !== undefined) tag = name.toLowerCase();
      else if (id !== undefined) conditions.push({ name: 'id', value: id, isWord: false });
      else if (className !== undefined) conditions.push({ name: 'class', value: className, isWord: true });
      else if (attribute !== undefined)
        conditions.push({ name: attribute.toLowerCase(), value: double ?? single ?? bare, isWord: false });
      at += whole.length;
    }
    compounds.push({ tag, conditions });
    while (source.charAt(at) === ' ') at += 1;
  }
  return compounds.length === 0 ? undefined : compounds;
}

export function selectElement(document: HtmlDocument, selector: readonly Compound[]): HtmlElement | undefined {
  const pending: HtmlParent[] = [document];
  for (let parent = pending.pop(); parent !== undefined; parent = pending.pop()) {
    if (isElement(parent) && fits(parent, selector)) return parent;
    pending.push(...[...childrenOf(parent)].reverse().filter((child) => isElement(child)));
  }
  return undefined;
}

/** An attribute of an element; without a name what a person would mean: the value of a field, the content of a meta, the target of a link, else the text. */
export function valueOfElement(element: HtmlElement, attribute: string | undefined): string | undefined {
  const name = attribute ?? { input: 'value', meta: 'content', a: 'href', form: 'action' }[element.tagName];
  if (name !== undefined) return element.attrs.find((one) => attributeName(one) === name)?.value;
  let text = '';
  const pending: HtmlParent[] = [element];
  for (let parent = pending.pop(); parent !== undefined; parent = pending.pop())
    for (const child of childrenOf(parent))
      if ('value' in child) text += child.value;
      else if (isElement(child)) pending.push(child);
  return text.trim();
}

function fits(element: HtmlElement, selector: readonly Compound[]): boolean {
  let next = selector.length - 1;
  const last = selector[next];
  if (last === undefined || !fitsOne(element, last)) return false;
  next -= 1;
  for (let above = element.parentNode; above !== null && isElement(above) && next >= 0; above = above.parentNode) {
    const compound = selector[next];
    if (compound !== undefined && fitsOne(above, compound)) next -= 1;
  }
  return next < 0;
}

function fitsOne(element: HtmlElement, { tag, conditions }: Compound): boolean {
  if (tag !== undefined && tag !== element.tagName) return false;
  return conditions.every(({ name, value, isWord }) => {
    const found = element.attrs.find((attribute) => attributeName(attribute) === name)?.value;
    if (found === undefined) return false;
    return value === undefined || (isWord ? found.split(/\s+/).includes(value) : found === value);
  });
}

import { childrenOf, isElement, type HtmlDocument, type HtmlElement, type HtmlParent } from './parse-document';

/** Parts of a page that a person names when saying where something is. */
const LANDMARKS = new Set(
  'head nav main header footer aside form table section article dialog fieldset select menu template'.split(' '),
);
const NAMED = new Set('input select textarea button form meta iframe a map object output fieldset'.split(' '));
const PLAIN_ID = /^[A-Za-z][\w:.-]{0,39}$/;
const PLAIN_NAME = /^[\w.:[\]-]{1,40}$/;
const MAX_LANDMARKS = 3;

/** `input#email`, `input[name=_csrf]`, or the tag alone. */
function baseOf({ tagName, attrs }: HtmlElement): string {
  let name: string | undefined;
  for (const attribute of attrs) {
    if (attribute.name === 'id' && PLAIN_ID.test(attribute.value)) return `${tagName}#${attribute.value}`;
    if (attribute.name === 'name' && NAMED.has(tagName) && PLAIN_NAME.test(attribute.value)) name = attribute.value;
  }
  return name === undefined ? tagName : `${tagName}[name=${name}]`;
}

interface Named {
  readonly base: string;
  readonly landmark: HtmlElement | undefined;
  readonly index: number;
  readonly siblings: { count: number };
}

/** Names elements: `nav a[3]`, `form[2] input[name=_csrf]`. Wrappers such as `div` are left out; id or name before position. */
export class ElementNames {
  private readonly named = new Map<HtmlElement, Named>();
  private readonly anonymous = new Set<HtmlElement>();

  constructor(document: HtmlDocument) {
    const counts = new Map<HtmlElement | undefined, Map<string, { count: number }>>();
    const pending: { readonly parent: HtmlParent; readonly landmark: HtmlElement | undefined }[] = [
      { parent: document, landmark: undefined },
    ];
    // Depth first, so that positions are those of the source.
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      const { parent, landmark } = next;
      if (isElement(parent)) this.name(parent, landmark, counts);
      const inside = isElement(parent) && isLandmark(parent) ? parent : landmark;
      const children = childrenOf(parent);
      for (let i = children.length - 1; i >= 0; i -= 1) {
        const child = children[i];
        if (child !== undefined && isElement(child)) pending.push({ parent: child, landmark: inside });
      }
    }
  }

  /** The element's id or name is not the same on both sides, so that it says nothing about where the element is. */
  forgetIdentity(element: HtmlElement): void {
    this.anonymous.add(element);
  }

  /** `body form input[name=_csrf]`; `body` for the document itself. */
  pathOf(node: HtmlParent): string {
    if (!isElement(node)) return 'body';
    const parts: string[] = [];
    let element: HtmlElement | undefined = node;
    while (element !== undefined && parts.length <= MAX_LANDMARKS) {
      parts.unshift(this.segmentOf(element));
      element = this.named.get(element)?.landmark;
    }
    return `body ${parts.join(' ')}`;
  }

  /** Where an element would be that only the other side has. */
  pathBelow(parent: HtmlParent, other: HtmlElement): string {
    const around = !isElement(parent) || isLandmark(parent) ? parent : this.named.get(parent)?.landmark;
    return `${around === undefined ? 'body' : this.pathOf(around)} ${baseOf(other)}`;
  }

  private name(
    element: HtmlElement,
    landmark: HtmlElement | undefined,
    counts: Map<HtmlElement | undefined, Map<string, { count: number }>>,
  ): void {
    const base = baseOf(element);
    let inLandmark = counts.get(landmark);
    if (inLandmark === undefined) counts.set(landmark, (inLandmark = new Map<string, { count: number }>()));
    let siblings = inLandmark.get(base);
    if (siblings === undefined) inLandmark.set(base, (siblings = { count: 0 }));
    siblings.count += 1;
    this.named.set(element, { base, landmark, index: siblings.count, siblings });
  }

  private segmentOf(element: HtmlElement): string {
    const named = this.named.get(element);
    if (named === undefined || this.anonymous.has(element)) return element.tagName;
    return named.siblings.count > 1 ? `${named.base}[${named.index}]` : named.base;
  }
}

function isLandmark(element: HtmlElement): boolean {
  return (
    LANDMARKS.has(element.tagName) || element.attrs.some(({ name, value }) => name === 'id' && PLAIN_ID.test(value))
  );
}

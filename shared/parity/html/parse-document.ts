import { defaultTreeAdapter, Parser, type DefaultTreeAdapterMap, type DefaultTreeAdapterTypes as Tree } from 'parse5';
import type { Steps } from '../steps';

export type HtmlDocument = Tree.Document;
export type HtmlElement = Tree.Element;
export type HtmlNode = Tree.ChildNode;
export type HtmlParent = Tree.ParentNode;

/** As deep as Chromium nests elements. The parser searches its open elements at each tag, so depth costs time. */
const MAX_DEPTH = 512;
const MAX_NODES = 50_000;
/** Longer pages are compared by lines. */
const MAX_LENGTH = 500_000;
const CHUNK = 16 * 1024;

class DocumentTooLargeError extends Error {}

/** Of the page that is being parsed right now: one adapter serves all, which is faster than one a page. */
let size = { depth: 0, nodes: 0 };

const boundedTree: typeof defaultTreeAdapter = {
  ...defaultTreeAdapter,
  createElement(...args) {
    size.nodes += 1;
    if (size.nodes > MAX_NODES) throw new DocumentTooLargeError();
    return defaultTreeAdapter.createElement(...args);
  },
  onItemPush() {
    size.depth += 1;
    if (size.depth > MAX_DEPTH) throw new DocumentTooLargeError();
  },
  onItemPop() {
    size.depth -= 1;
  },
};

/** Parses a page as a browser with scripts does (WHATWG HTML section 13.2), in steps; undefined when it is too deep or has too many nodes. */
export function* parseDocument(text: string): Steps<HtmlDocument | undefined> {
  if (text.length > MAX_LENGTH) return undefined;
  const own = { depth: 0, nodes: 0 };
  const parser = new Parser<DefaultTreeAdapterMap>({ treeAdapter: boundedTree });
  try {
    for (let start = 0; start < text.length || start === 0; start += CHUNK) {
      if (start > 0) yield;
      // Another page may have been parsed in between.
      size = own;
      parser.tokenizer.write(text.slice(start, start + CHUNK), start + CHUNK >= text.length);
    }
    return parser.document;
  } catch (error) {
    if (error instanceof DocumentTooLargeError) return undefined;
    throw error;
  }
}

export function isElement(node: HtmlNode | HtmlParent): node is HtmlElement {
  return 'tagName' in node;
}

/** Children; of a template those of its content. */
export function childrenOf(node: HtmlParent): readonly HtmlNode[] {
  return 'content' in node ? node.content.childNodes : node.childNodes;
}

/** An attribute's name as in the source: `xlink:href`. */
export function attributeName({ name, prefix }: HtmlElement['attrs'][number]): string {
  return prefix === undefined || prefix === '' ? name : `${prefix}:${name}`;
}

import { placesIn } from '../json-places';
import { runSteps } from '../steps';
import { inlineJson } from './compare-words';
import { ElementNames } from './element-names';
import { attributeName, childrenOf, isElement, parseDocument, type HtmlParent } from './parse-document';

/** Every place of a page, as rules name places: elements, their attributes, texts and comments. */
export function* placesInHtml(text: string): Generator<string> {
  const document = runSteps(parseDocument(text));
  if (document === undefined) return;
  const names = new ElementNames(document);
  yield 'body spelling';
  yield 'body whitespace';
  const pending: HtmlParent[] = [document];
  for (let parent = pending.pop(); parent !== undefined; parent = pending.pop()) {
    const path = names.pathOf(parent);
    if (isElement(parent)) {
      yield path;
      for (const attribute of parent.attrs) {
        const place = `${path} @${attributeName(attribute)}`;
        yield place;
        yield* placesOfJson(place, attribute.value);
      }
    }
    for (const child of childrenOf(parent)) {
      if ('value' in child) {
        yield `${path} text`;
        yield `${path} whitespace`;
        if (isElement(parent) && parent.tagName === 'script') yield* placesOfJson(path, child.value);
      } else if ('data' in child) yield `${path} comment`;
      else if (isElement(child)) pending.push(child);
      else yield 'body doctype';
    }
  }
}

function* placesOfJson(path: string, text: string): Generator<string> {
  const json = inlineJson(text);
  if (json !== undefined) yield* placesIn(`${path} $`, json.value);
}

import { OTHER_VIEWER, renderPage, type PageOptions } from './pages';

/** What Lambda could get wrong in a page. */
export interface HtmlFault {
  readonly name: string;
  /** The faulty page; `page` is the right one, made with the same random values. */
  readonly apply: (page: string, options: PageOptions, again: () => () => number) => string;
}

/** Replaces a text that must be there. */
function swap(from: string | RegExp, to: string): HtmlFault['apply'] {
  return (page) => {
    const changed = page.replace(from, () => to);
    if (changed === page) throw new Error(`the page has no ${String(from)}`);
    return changed;
  };
}

const NAV = /<nav>[^]*<\/nav>/;

/** Seeded into pages with random values, which no rule may hide. */
export const HTML_FAULTS: readonly HtmlFault[] = [
  {
    name: "another user's menu",
    apply: (_page, options, again) => renderPage({ ...options, viewer: OTHER_VIEWER, random: again() }),
  },
  {
    name: "another user's menu, all else right",
    apply: (page, options, again) =>
      page.replace(NAV, () => NAV.exec(renderPage({ ...options, viewer: OTHER_VIEWER, random: again() }))?.[0] ?? ''),
  },
  {
    name: "a logged-out visitor's menu, all else right",
    apply: (page, options, again) =>
      page.replace(NAV, () => NAV.exec(renderPage({ ...options, viewer: undefined, random: again() }))?.[0] ?? ''),
  },
  {
    name: 'the page of a logged-out visitor',
    apply: (_page, options, again) => renderPage({ ...options, viewer: undefined, random: again() }),
  },
  { name: "another user's name in the menu", apply: swap('Ada Keller', 'Ben Osei') },
  { name: "another user's address on a button", apply: swap('ada@example.com', 'ben@example.net') },
  {
    name: 'the page of another event',
    apply: (_page, options, again) => renderPage({ ...options, content: options.content + 1, random: again() }),
  },
  {
    name: 'no value in the CSRF field',
    apply: swap(/( {6}<input type="hidden" name="_csrf") value="[^"]+"/, '      <input type="hidden" name="_csrf"'),
  },
  { name: 'an empty CSRF token', apply: swap(/name="csrf-token" content="[^"]+"/, 'name="csrf-token" content=""') },
  { name: 'the CSRF field under another name', apply: swap('name="_csrf"', 'name="csrf"') },
  { name: 'no CSRF field', apply: swap(/<input type="hidden" name="_csrf" value="[^"]+">\n {6}<label>/, '<label>') },
  {
    name: 'the word undefined for a token',
    apply: swap(/name="csrf-token" content="[^"]+"/, 'name="csrf-token" content="undefined"'),
  },
  { name: 'a nonce on one script only', apply: swap(/<script nonce="[^"]+" src/, '<script src') },
  { name: 'another link', apply: swap('<a href="/events">', '<a href="/dev/events">') },
  { name: 'the form posts elsewhere', apply: swap(/action="\/events\/\d+\/book"/, 'action="/book"') },
  { name: 'the form is sent by GET', apply: swap('/book" method="post"', '/book" method="get"') },
  { name: 'one row less', apply: swap(/ {8}<tr><td>Guest[^\n]+\n/, '') },
  { name: 'two rows changed over', apply: (page) => swapRows(page) },
  { name: 'another number in a sentence', apply: swap(/<b>\d+<\/b>/, '<b>1</b>') },
  { name: 'a value escaped twice', apply: swap('18:30 &amp; close', '18:30 &amp;amp; close') },
  { name: 'a value not escaped', apply: swap('Box &lt;4&gt;', 'Box <b>4</b>') },
  { name: 'another option selected', apply: swap('value="std" selected', 'value="std"') },
  { name: 'a button that can be pressed', apply: swap('type="submit" disabled', 'type="submit"') },
  { name: 'a message that is shown', apply: swap('class="flash" hidden', 'class="flash"') },
  { name: 'another role in inline JSON', apply: swap(/"role":"\w+"/, '"role":"admin"') },
  { name: 'a number as a text in inline JSON', apply: swap(/"seats":(\d+)\}/, '"seats":"41"}') },
  { name: 'another place in a data attribute', apply: swap('"lat":47.3', '"lat":46.3') },
  { name: 'white space in preformatted text', apply: swap('Gate  A', 'Gate A') },
  { name: 'white space in a text area', apply: swap('Please\n  seat', 'Please\nseat') },
  { name: 'no doctype', apply: swap('<!DOCTYPE html>\n', '') },
  { name: 'another stylesheet', apply: swap('/assets/site.css', '/assets/old.css') },
  { name: 'a maximum left out', apply: swap(' max="8"', '') },
  { name: 'a script added', apply: swap('</body>', '<script src="/debug.js"></script></body>') },
  { name: 'the footer left out', apply: swap(/<footer>[^]*<\/footer>/, '') },
  { name: 'another class', apply: swap('class="lead"', 'class="lede"') },
  { name: 'a space lost between two words', apply: swap('</b> seats', '</b>seats') },
  {
    name: 'attributes in another order',
    apply: swap('<input type="number" name="seats"', '<input name="seats" type="number"'),
  },
  { name: 'an entity spelt otherwise', apply: swap('&copy;', '©') },
];

function swapRows(page: string): string {
  const rows = page.match(/ {8}<tr><td>Guest[^\n]+\n/g) ?? [];
  const [first = '', second = ''] = rows;
  return page.replace(first + second, () => second + first);
}

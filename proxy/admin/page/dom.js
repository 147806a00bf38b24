/** What every part of the page uses: elements as text only, never as markup, and numbers as people read them. */

/**
 * An element of index.html.
 *
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} type
 * @returns {T}
 */
export function byId(id, type = /** @type {new () => T} */ (HTMLElement)) {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`index.html has no ${type.name} ${id}`);
  return found;
}

/**
 * Makes an element.
 *
 * @param {string} tag
 * @param {Readonly<Record<string, string | (() => void)>>} attributes of HTML, and handlers as `onclick`
 * @param {(string | Node)[]} content
 */
export function make(tag, attributes = {}, ...content) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name.slice('on'.length), value);
    else element.setAttribute(name, value);
  }
  element.append(...content);
  return element;
}

/**
 * Changes a part of the page only when it differs, so that focus and selection stay and nothing is read out again.
 * @type {(element: Element | null, ...content: (string | Node)[]) => void}
 */
export function replace(element, ...content) {
  const next = make('div', {}, ...content);
  if (element !== null && next.innerHTML !== element.innerHTML) element.replaceChildren(...next.childNodes);
}

/** @param {number} value */
export const count = (value) => value.toLocaleString('en');
/** @type {(part: number, whole: number) => string} */
export const percent = (part, whole) =>
  whole === 0 ? '0 %' : `${((100 * part) / whole).toFixed(part > 0 && part < whole ? 1 : 0)} %`;
/** @param {number | null | undefined} value */
export const ms = (value) => (value === null || value === undefined ? '–' : value < 10 ? value : Math.round(value));
/** @param {number | string} time */
export const clock = (time) => new Date(time).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
/** With the day only when it is another one. @type {(time: number | string) => string} */
export const when = (time) => {
  const date = new Date(time);
  const isToday = date.toDateString() === new Date().toDateString();
  return isToday ? clock(time) : `${date.toLocaleDateString('en-CA')} ${clock(time)}`;
};
/** How long ago, in the largest unit that fits. @type {(time: number | string) => string} */
export const ago = (time) => {
  const minutes = Math.max(0, Math.floor((Date.now() - new Date(time).getTime()) / 60_000));
  const [value, unit] =
    minutes < 60
      ? [minutes, 'min']
      : minutes < 1_440
        ? [Math.floor(minutes / 60), 'h']
        : [Math.floor(minutes / 1_440), 'd'];
  // On one line.
  return (minutes === 0 ? 'just now' : `${value} ${unit} ago`).replaceAll(' ', '\u00a0');
};

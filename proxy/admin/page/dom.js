/** What every part of the page uses: elements as text only, never as markup, and numbers as people read them. */

export const byId = (id) => document.getElementById(id);

/** Makes an element; `content` are texts and elements. */
export function make(tag, attributes = {}, ...content) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === 'onclick') element.addEventListener('click', value);
    else if (value !== undefined && value !== false) element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...content);
  return element;
}

/** Changes a part of the page only when it differs, so that focus and selection stay and nothing is read out again. */
export function replace(element, ...content) {
  const next = make('div', {}, ...content);
  if (next.innerHTML !== element.innerHTML) element.replaceChildren(...next.childNodes);
}

export const count = (value) => value.toLocaleString('en');
export const percent = (part, whole) =>
  whole === 0 ? '0 %' : `${((100 * part) / whole).toFixed(part > 0 && part < whole ? 1 : 0)} %`;
export const ms = (value) => (value === null || value === undefined ? '–' : value < 10 ? value : Math.round(value));
export const clock = (time) => new Date(time).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
/** With the day only when it is another one. */
export const when = (time) => {
  const date = new Date(time);
  const isToday = date.toDateString() === new Date().toDateString();
  return isToday ? clock(time) : `${date.toLocaleDateString('en-CA')} ${clock(time)}`;
};

/**
 * The page's script: plain JavaScript for the browser, because the page is made without a bundler. Every text reaches the
 * document by textContent; there is no innerHTML, and the page's policy would refuse it.
 */
export const PAGE_SCRIPT = `
'use strict';
(() => {
  const view = JSON.parse(document.getElementById('data').textContent);
  const VERDICTS = ['different', 'accepted', 'equal', 'skipped'];
  const TONE = { equal: 'good', different: 'bad', accepted: 'warn', skipped: 'skip' };
  const SIGN = { equal: '\\u2713', different: '\\u2717', accepted: '\\u2248', skipped: '\\u2013' };
  const GUTTER = { equal: '', different: '\\u2717', accepted: '\\u2248', forgiven: '~' };
  const PAGE_SIZE = 200;
  const shown = new Set(VERDICTS);
  const open = new Set();
  const limits = new Map();
  let search = '';
  let current = null;

  /** el('td', {class: 'x', onclick: f}, child, 'text') */
  const el = (name, attributes, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) {
      if (typeof value === 'function') element.addEventListener(key.slice(2), value);
      else if (value !== null && value !== undefined && value !== false) element.setAttribute(key, value === true ? '' : value);
    }
    element.append(...children.flat().filter((child) => child !== null && child !== undefined));
    return element;
  };
  const plural = (count, word) => count + ' ' + word + (count === 1 ? '' : 's');
  const all = view.routes.flatMap((route, r) => route.cases.map((one, c) => ({ route, one, key: 'case-' + r + '-' + c })));
  const byKey = new Map(all.map((item) => [item.key, item]));

  const matches = ({ route, one }) =>
    shown.has(one.verdict) &&
    (search === '' || [route.route, one.name, one.identity, one.path, ...one.differences.map((d) => d.path)].join(' ').toLowerCase().includes(search));

  // --- head -------------------------------------------------------------------------------------------------------
  const head = () => {
    const { totals } = view;
    const faults = view.ruleFaults.length;
    const text = totals.different > 0 ? totals.different + ' of ' + plural(totals.cases, 'case') + ' different'
      : faults > 0 ? plural(faults, 'fault') + ' in the rules'
      : totals.cases === totals.skipped ? 'Nothing was compared'
      : totals.accepted > 0 ? 'Only accepted differences' : 'No difference a client could see';
    const tone = !view.isClean ? 'bad' : totals.cases === totals.skipped ? 'skip' : totals.accepted > 0 ? 'warn' : 'good';
    return el('header', {},
      el('h1', {}, 'Parity report'),
      el('span', { class: 'result ' + tone, id: 'result' }, text),
      el('div', { class: 'sides' },
        el('b', {}, 'control'), el('span', {}, view.control.name + ' ', el('code', {}, view.control.url)),
        el('b', {}, 'candidate'), el('span', {}, view.candidate.name + ' ', el('code', {}, view.candidate.url))),
      el('div', { class: 'when' },
        el('time', { datetime: view.startedAt }, view.startedAt.replace('T', ' ').replace(/\\.\\d+Z$/, ' UTC')),
        el('div', {}, view.seconds.toFixed(1) + ' s' + (view.seed === null ? '' : ', seed ' + view.seed))));
  };

  // --- list -------------------------------------------------------------------------------------------------------
  const list = el('div', { class: 'list', id: 'list' });
  const searchBox = el('input', { type: 'search', id: 'search', placeholder: 'Search cases   ( / )', 'aria-label': 'Search cases', oninput: () => {
    search = searchBox.value.trim().toLowerCase();
    fillList();
  } });
  const chips = VERDICTS.map((verdict) => el('button', { class: 'chip ' + TONE[verdict], type: 'button', 'aria-pressed': 'true', 'data-verdict': verdict, onclick: (event) => {
    if (shown.has(verdict)) shown.delete(verdict); else shown.add(verdict);
    event.currentTarget.setAttribute('aria-pressed', String(shown.has(verdict)));
    fillList();
  } }, SIGN[verdict] + ' ' + view.totals[verdict] + ' ' + verdict));

  const bar = (counts) => el('span', { class: 'bar', role: 'img', 'aria-label': VERDICTS.filter((v) => counts[v] > 0).map((v) => counts[v] + ' ' + v).join(', ') || 'no cases' },
    VERDICTS.filter((verdict) => counts[verdict] > 0).map((verdict) => {
      const part = el('i', { class: TONE[verdict] });
      part.style.width = Math.max(4, (counts[verdict] / counts.cases) * 100) + '%';
      return part;
    }));

  const caseButton = ({ one, key }) => el('button', { class: 'case', type: 'button', id: key, 'aria-current': String(key === current), onclick: () => select(key) },
    el('span', { class: 'sign ' + TONE[one.verdict], 'aria-label': one.verdict }, SIGN[one.verdict]),
    el('span', {}, one.name),
    el('small', {}, 'as ' + one.identity + (one.differences.length > 0 ? ' \\u00b7 ' + plural(one.differences.length, 'difference') : '')));

  const fillList = () => {
    const parts = view.routes.map((route, r) => {
      const items = all.filter((item) => item.route === route && matches(item));
      if (items.length === 0 && (search !== '' || shown.size < VERDICTS.length)) return null;
      const isOpen = open.has(r) || search !== '';
      const limit = limits.get(r) || PAGE_SIZE;
      const toggle = el('button', { class: 'route', type: 'button', 'aria-expanded': String(isOpen), id: 'route-' + r, onclick: () => {
        if (open.has(r)) open.delete(r); else open.add(r);
        fillList();
        document.getElementById('route-' + r).focus();
      } },
        el('span', { class: 'arrow', 'aria-hidden': 'true' }, isOpen ? '\\u25be' : '\\u25b8'),
        el('span', { class: 'name' }, route.route), bar(route.counts),
        el('span', { class: 'count' }, String(items.length)));
      const more = items.length > limit ? el('button', { class: 'link more', type: 'button', onclick: () => {
        limits.set(r, limit + PAGE_SIZE * 5);
        fillList();
      } }, 'Show ' + Math.min(items.length - limit, PAGE_SIZE * 5) + ' more') : null;
      return el('section', {}, toggle, isOpen ? items.slice(0, limit).map(caseButton) : [], isOpen ? more : null);
    }).filter((part) => part !== null);
    list.replaceChildren(...(parts.length > 0 ? parts : [el('p', { class: 'none' }, 'No case matches.')]));
  };

  // --- a case -----------------------------------------------------------------------------------------------------
  const main = el('main', { id: 'main', tabindex: '-1' });

  const side = (text, type) => text === null ? el('span', { class: 'absent' }, 'nothing')
    : text === '' ? el('span', { class: 'absent' }, 'empty')
    : el('code', {}, text, type ? el('span', { class: 'note' }, '  (' + type + ')') : null);

  const differences = (one) => one.differences.length === 0 ? null : el('section', {},
    el('h3', {}, plural(one.differences.length, 'difference')),
    el('table', { id: 'differences' },
      el('thead', {}, el('tr', {}, ['where', 'what', view.control.name, view.candidate.name].map((text) => el('th', { scope: 'col' }, text)))),
      el('tbody', {}, one.differences.map((d) => el('tr', { class: d.rule ? 'accepted' : 'different' },
        el('td', {}, el('span', { class: 'path' }, d.path), d.rule ? el('div', { class: 'note' }, 'accepted: ' + d.rule.reason + ' (' + d.rule.place + ')') : null),
        el('td', {}, d.kind),
        el('td', {}, side(d.control, d.kind === 'type' ? d.controlType : '')),
        el('td', {}, side(d.candidate, d.kind === 'type' ? d.candidateType : '')))))));

  /** Marks what is between the common beginning and the common end of two lines. */
  const emphasise = (text, other, tag) => {
    if (text === null || other === null) return [text === null ? '' : text];
    let start = 0;
    while (start < text.length && start < other.length && text[start] === other[start]) start += 1;
    let end = 0;
    while (end < text.length - start && end < other.length - start && text[text.length - 1 - end] === other[other.length - 1 - end]) end += 1;
    const middle = text.slice(start, text.length - end);
    return [text.slice(0, start), middle === '' ? null : el(tag, {}, middle), text.slice(text.length - end)];
  };

  const rowOf = ([a, b, mark]) => el('tr', { class: mark },
    el('td', { class: 'gutter', 'aria-label': mark }, GUTTER[mark]),
    el('td', { class: a === null ? 'nothing' : null }, mark === 'equal' ? a : emphasise(a, b, 'del')),
    el('td', { class: b === null ? 'nothing' : null }, mark === 'equal' ? b : emphasise(b, a, 'ins')));

  /** Long runs of equal lines are folded, three kept around what is marked. */
  const rowsOf = (rows) => {
    const out = [];
    let i = 0;
    while (i < rows.length) {
      let end = i;
      while (end < rows.length && rows[end][2] === 'equal') end += 1;
      const from = i === 0 ? i : i + 3;
      const to = end === rows.length ? end : end - 3;
      if (to - from > 6 && rows.some((row) => row[2] !== 'equal')) {
        out.push(...rows.slice(i, from).map(rowOf));
        const hidden = rows.slice(from, to);
        const fold = el('tr', { class: 'fold' }, el('td', { colspan: '3' }, el('button', { class: 'link', type: 'button', onclick: () => {
          fold.replaceWith(...hidden.map(rowOf));
        } }, plural(hidden.length, 'equal line'))));
        out.push(fold, ...rows.slice(to, end).map(rowOf));
      } else out.push(...rows.slice(i, end).map(rowOf));
      i = end;
      while (i < rows.length && rows[i][2] !== 'equal') { out.push(rowOf(rows[i])); i += 1; }
    }
    return out;
  };

  const beside = (title, id, rows, note) => rows.length === 0 && !note ? null : el('section', {},
    el('h3', {}, title, note ? el('span', { class: 'note' }, '  ' + note) : null),
    el('table', { class: 'both', id },
      el('thead', {}, el('tr', {}, el('th', {}, ''), el('th', { scope: 'col' }, view.control.name), el('th', { scope: 'col' }, view.candidate.name))),
      el('tbody', {}, rowsOf(rows))));

  const curl = (one) => {
    const text = el('pre', { id: 'curl', tabindex: '0' }, one.curl[0].command);
    let command = one.curl[0].command;
    const buttons = one.curl.map((item, i) => el('button', { class: 'small', type: 'button', 'aria-pressed': String(i === 0), onclick: (event) => {
      command = item.command;
      text.textContent = command;
      for (const button of buttons) button.setAttribute('aria-pressed', String(button === event.currentTarget));
    } }, item.side));
    const copy = el('button', { class: 'small', type: 'button', id: 'copy', onclick: () => {
      const selectAll = () => { getSelection().selectAllChildren(text); copy.textContent = 'Selected'; };
      if (!navigator.clipboard) { selectAll(); return; }
      navigator.clipboard.writeText(command).then(() => { copy.textContent = 'Copied'; }, selectAll);
    } }, 'Copy');
    return el('section', {}, el('div', { class: 'row' }, el('h3', {}, 'Request'), buttons, copy), text);
  };

  const showCase = ({ route, one }) => {
    const [a, b] = one.ms;
    main.replaceChildren(...[
      el('div', {},
        el('h2', {}, one.name),
        el('div', { class: 'request' }, one.method + ' ' + one.path),
        el('div', { class: 'facts' },
          el('span', { class: 'tag ' + TONE[one.verdict], id: 'verdict' }, SIGN[one.verdict] + ' ' + one.verdict),
          el('span', {}, 'as ' + one.identity), el('span', {}, route.route), el('span', {}, 'from: ' + one.source),
          one.answeredBy ? el('span', {}, 'candidate answered by ' + one.answeredBy) : null,
          a !== null && b !== null ? el('span', {}, a.toFixed(0) + ' ms / ' + b.toFixed(0) + ' ms') : null)),
      one.reason ? el('p', { class: 'reason ' + TONE[one.verdict] }, one.reason) : null,
      differences(one),
      beside('Status and headers', 'heads', one.headers, ''),
      beside('Body', 'body', one.body, one.bodyNote),
      one.rules.length === 0 ? null : el('section', {}, el('h3', {}, 'Rules applied'),
        el('ul', {}, one.rules.map((rule) => el('li', {}, el('code', { class: 'path' }, rule.kind + ' ' + rule.path), ' ' + rule.reason + ' ', el('span', { class: 'note' }, rule.place))))),
      curl(one),
    ].filter((part) => part !== null));
    main.scrollTop = 0;
  };

  // --- summary ----------------------------------------------------------------------------------------------------
  const showSummary = () => {
    const cell = (counts, name) => el('td', { class: counts[name] === 0 ? 'zero' : null }, counts[name] === 0 ? '\\u00b7' : el('span', { class: name === 'cases' ? null : 'tag ' + TONE[name] }, String(counts[name])));
    const columns = ['cases', 'equal', 'different', 'accepted', 'skipped'];
    const reasons = new Map();
    for (const { one } of all) if (one.verdict === 'skipped') reasons.set(one.reason, (reasons.get(one.reason) || 0) + 1);
    main.replaceChildren(...[
      el('div', {}, el('h2', {}, 'Summary'),
        el('p', { class: 'note' }, el('kbd', {}, 'j'), ' ', el('kbd', {}, 'k'), ' next and previous case, ', el('kbd', {}, 'n'), ' next difference, ', el('kbd', {}, '/'), ' search, ', el('kbd', {}, 'Esc'), ' back here')),
      el('table', { class: 'summary', id: 'summary' },
        el('thead', {}, el('tr', {}, el('th', { scope: 'col' }, 'route'), columns.map((name) => el('th', { scope: 'col' }, name)))),
        el('tbody', {}, view.routes.map((route, r) => el('tr', {},
          el('td', {}, el('button', { class: 'link path', type: 'button', onclick: () => openRoute(r) }, route.route)), columns.map((name) => cell(route.counts, name)))),
          el('tr', {}, el('td', {}, 'all'), columns.map((name) => cell(view.totals, name))))),
      view.ruleFaults.length === 0 ? null : el('section', {}, el('h3', {}, 'Faults in the rules'), el('ul', { id: 'rule-faults' }, view.ruleFaults.map((fault) => el('li', {}, fault)))),
      reasons.size === 0 ? null : el('section', {}, el('h3', {}, 'Skipped'), el('ul', {}, [...reasons].map(([reason, count]) => el('li', {}, reason + ' ', el('span', { class: 'note' }, plural(count, 'case')))))),
      view.notRun.length === 0 ? null : el('section', {}, el('h3', {}, 'Not run'), el('ul', { id: 'not-run' }, view.notRun.map(({ what, reason }) => el('li', {}, el('code', { class: 'path' }, what), ' ' + reason)))),
    ].filter((part) => part !== null));
  };

  // --- moving about -----------------------------------------------------------------------------------------------
  const show = () => {
    const item = byKey.get(location.hash.slice(1));
    current = item ? item.key : null;
    if (item) {
      open.add(view.routes.indexOf(item.route));
      if (!matches(item)) { search = ''; searchBox.value = ''; for (const chip of chips) { shown.add(chip.dataset.verdict); chip.setAttribute('aria-pressed', 'true'); } }
      const index = item.route.cases.indexOf(item.one);
      const r = view.routes.indexOf(item.route);
      if (index >= (limits.get(r) || PAGE_SIZE)) limits.set(r, index + PAGE_SIZE);
    }
    const wasInList = list.contains(document.activeElement);
    fillList();
    if (item) {
      showCase(item);
      const button = document.getElementById(item.key);
      if (button) button.scrollIntoView({ block: 'nearest' });
      if (button && wasInList) button.focus({ preventScroll: true });
    } else showSummary();
    document.title = item ? item.one.name + ' \\u2013 parity report' : 'Parity report';
  };
  const select = (key) => {
    location.hash = key;
    show();
  };
  const openRoute = (r) => {
    open.add(r);
    const first = all.find((item) => item.route === view.routes[r] && item.one.verdict === 'different') || all.find((item) => item.route === view.routes[r]);
    if (first) select(first.key); else fillList();
  };
  const step = (by, wanted) => {
    const items = all.filter((item) => matches(item) && wanted(item));
    if (items.length === 0) return;
    const order = all.map((item) => item.key);
    const at = current === null ? -1 : order.indexOf(current);
    const after = items.filter((item) => by > 0 ? order.indexOf(item.key) > at : order.indexOf(item.key) < at);
    const next = by > 0 ? after[0] || items[0] : after[after.length - 1] || items[items.length - 1];
    select(next.key);
  };

  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Escape') { searchBox.blur(); if (search !== '') { search = ''; searchBox.value = ''; fillList(); } else select(''); return; }
    if (event.target === searchBox) { if (event.key === 'Enter') step(1, () => true); return; }
    if (event.key === '/') { event.preventDefault(); searchBox.focus(); }
    else if (event.key === 'j') step(1, () => true);
    else if (event.key === 'k') step(-1, () => true);
    else if (event.key === 'n') step(1, (item) => item.one.verdict === 'different');
  });
  // Back and forward, and addresses typed in; what was selected here is shown already.
  addEventListener('hashchange', () => { if (location.hash.slice(1) !== (current || '')) show(); });

  view.routes.forEach((route, r) => { if (route.counts.different > 0 || view.routes.length === 1) open.add(r); });
  document.body.append(head(), el('nav', { 'aria-label': 'Cases' }, el('div', { class: 'filters' }, searchBox, el('div', { class: 'chips' }, chips)), list), main);
  show();
})();
`;

import { maskPath } from '../../../../proxy/ledger/mismatches';

describe('paths of differences in the ledger', () => {
  const ODD = 'Qx7TzR2mK9pLw4Vb8NcY1sDf';
  it.each([
    ['status', 'status'],
    ['answer', 'answer'],
    ['body', 'body'],
    ['body line 3', 'body line 3'],
    ['body $.events[3].title', 'body $.events[*].title'],
    [`body $.${ODD}.title`, 'body $.*.title'],
    ['body $["ann@example.com"]', 'body $[*]'],
    ['body $.a (order of fields)', 'body $.a (order of fields)'],
    ['body form[2] input[name=_csrf] @value', 'body form[*] input[name=_csrf] @value'],
    ['body nav a[3] text', 'body nav a[*] text'],
    [`body form#${ODD} @action`, 'body form @action'],
    [`body main input[name=${ODD}][2] @value`, 'body main input[*] @value'],
    ['body script#state $.users["ann@example.com"].title', 'body script#state $.users[*].title'],
    [`body div @data-props $.${ODD}`, 'body div @data-props $.*'],
    [`body div @${ODD}`, 'body div @*'],
    ['body whitespace', 'body whitespace'],
    ['header access-control-allow-credentials', 'header access-control-allow-credentials'],
    [`header x-${ODD}`, 'header (other)'],
    [`header $${ODD}`, 'header (other)'],
    ['cookie eventsapp.sid; path', 'cookie eventsapp.sid; path'],
    [`cookie ${ODD}`, 'cookie (other)'],
    [`cookie theme; ${ODD}`, 'cookie theme; (other)'],
    [`database ${ODD}`, 'database (other)'],
  ])('%s is kept as %s', (path, kept) => expect(maskPath(path)).toBe(kept));
});

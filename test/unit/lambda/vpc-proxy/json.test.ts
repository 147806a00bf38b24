import {
  count,
  flag,
  listOf,
  nullable,
  objectOf,
  oneOf,
  ShapeError,
  text,
  textLike,
} from '../../../../lambda/vpc-proxy/json';

const parse = objectOf({
  id: textLike(/^\w+$/, 'an id'),
  size: count,
  on: flag,
  state: oneOf('open', 'closed'),
  note: nullable(text),
  items: listOf(objectOf({ name: text })),
});
const good = { id: 'a', size: 0, on: false, state: 'open', note: null, items: [{ name: 'x' }] };

it('gives what fits, in the order of the shape and without what is unknown', () => {
  const given = { more: 1, ...good, items: [{ name: 'x', more: 1 }] };
  expect(JSON.stringify(parse(given))).toBe(JSON.stringify(good));
});

it.each<[string, unknown]>([
  ['value: expected an object, found null', null],
  ['value: expected an object, found a list', [good]],
  ['id: expected an id, found string', { ...good, id: 'secret!' }],
  ['id: expected an id, found undefined', { ...good, id: undefined }],
  ['size: expected a whole number, found number', { ...good, size: -1 }],
  ['size: expected a whole number, found number', { ...good, size: 1.5 }],
  ['size: expected a whole number, found string', { ...good, size: '1' }],
  ['on: expected true or false, found number', { ...good, on: 1 }],
  ['state: expected one of open, closed, found string', { ...good, state: 'OPEN' }],
  ['note: expected a text, found number', { ...good, note: 1 }],
  ['items: expected a list, found object', { ...good, items: {} }],
  ['items[1].name: expected a text, found boolean', { ...good, items: [{ name: 'x' }, { name: true }] }],
])('says "%s", quoting no value', (message, value) => {
  expect(() => parse(value)).toThrow(ShapeError);
  expect(() => parse(value)).toThrow(message);
});

it('reads own fields only', () => {
  expect(() => objectOf({ toString: text })({})).toThrow('toString: expected a text, found undefined');
  expect(() => objectOf({ id: text })(JSON.parse('{"__proto__":{"id":"x"}}'))).toThrow('id: expected a text');
});

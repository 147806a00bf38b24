import {
  commonVariations,
  fieldVariations,
  pairVariations,
} from '../../../../../proxy/parity/generate/field-variations';
import type { Field } from '../../../../../proxy/parity/generate/field';
import { fieldsOf } from '../../../../../proxy/parity/generate/fields';
import { probesOf } from '../../../../../proxy/parity/generate/probes';
import { seededRandom } from '../../../../../proxy/parity/generate/random';
import { ABSENT, setField, Spelt, valueOf } from '../../../../../proxy/parity/generate/set-field';
import type { DraftRequest } from '../../../../../proxy/parity/generate/variation';
import type { Contract } from '../../../../../shared/parity/case';

const ROUTE = 'POST /shops/:shopId/orders';
const post = (path: string, body: unknown, headers: DraftRequest['headers'] = {}): DraftRequest => ({
  ...{ method: 'POST', path, headers: { 'Content-Type': 'application/json', ...headers } },
  body: typeof body === 'string' ? body : JSON.stringify(body),
});
const ORDER = post(
  '/shops/5eede0e00000000000000001/orders?dry=true&filter[state]=open',
  {
    amount: 12,
    due: '2031-05-01',
    from: '2031-04-01',
    mail: 'a@b.example',
    tags: ['a', 'b'],
    address: { city: 'Oslo' },
  },
  { 'X-Channel': 'web' },
);
const LEAST = post('/shops/5eede0e00000000000000002/orders', { amount: 1 });
const fields = (contract?: Contract): readonly Field[] => fieldsOf(ROUTE, [ORDER, LEAST], contract);
const named = (name: string, contract?: Contract): Field => {
  const found = fields(contract).find((field) => field.name === name);
  if (found === undefined) throw new Error(name);
  return found;
};
const valuesOf = (field: Field): readonly unknown[] => probesOf(field).map(([, value]) => value);
const texts = (field: Field): readonly unknown[] =>
  valuesOf(field).map((one) => (one instanceof Spelt ? one.text : one));

describe('the fields of a route', () => {
  it('are those of bodies, queries, paths and headers, each with its shape and what is optional', () => {
    const found = fields().map(({ name, shape, isOptional }) => `${name}: ${shape}${isOptional ? ', optional' : ''}`);
    expect(found.sort()).toEqual([
      'body address: object, optional',
      'body address[city]: text, optional',
      'body amount: number',
      'body due: time, optional',
      'body from: time, optional',
      'body mail: email, optional',
      'body tags: list, optional',
      'body tags[0]: text, optional',
      'header x-channel: text',
      'path shopId: id',
      'query dry: boolean, optional',
      'query filter[state]: text, optional',
    ]);
  });

  it('are those of a form where no body is JSON', () => {
    const form = post('/x', 'name=Ada&tags[]=a', { 'Content-Type': 'application/x-www-form-urlencoded' });
    expect(fieldsOf('POST /x', [form]).map(({ name }) => name)).toEqual(['body name', 'body tags']);
  });

  it('are also those that the contract names, with limits, alternatives and names in brackets', () => {
    const contract: Contract = {
      body: {
        required: ['amount'],
        properties: { note: { anyOf: [{ type: 'string', maxLength: 9 }, { type: 'null' }] } },
      },
      query: {
        properties: { filter: { properties: { size: { type: 'integer' }, kinds: { type: 'array', items: {} } } } },
      },
      path: { properties: { shopId: { type: 'string', maxLength: 24 } } },
    };
    expect(named('body note', contract)).toMatchObject({ schema: { maxLength: 9 }, isOptional: true, isNamed: true });
    expect(named('query filter[size]', contract)).toMatchObject({ shape: 'number' });
    expect(named('query filter[kinds]', contract)).toMatchObject({ shape: 'list' });
    expect(named('path shopId', contract)).toMatchObject({ schema: { maxLength: 24 } });
    expect(named('body mail', contract).isNamed).toBe(false);
    expect(named('header x-channel', contract).isNamed).toBe(true);
  });

  it('are of the contract with whatever schema, and a contract that names none says nothing', () => {
    const isNamed = (contract: Contract): readonly boolean[] =>
      fieldsOf('GET /items', [{ method: 'GET', path: '/items?q=a', headers: {} }], contract).map(
        (field) => field.isNamed,
      );
    expect(isNamed({ query: { properties: { q: {} } } })).toEqual([true]);
    expect(isNamed({ query: { type: 'object' } })).toEqual([true]);
    expect(isNamed({ query: { properties: { r: {} } } })).toEqual([true, false]);
  });

  it('are bounded', () => {
    const wide = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`a${i}`, i]));
    expect(fieldsOf(ROUTE, [post('/', wide)])).toHaveLength(100);
    const deep = JSON.parse(`${'{"a":'.repeat(500)}1${'}'.repeat(500)}`) as unknown;
    expect(fieldsOf(ROUTE, [post('/', deep)])).toHaveLength(4);
  });
});

describe('what is tried on a field', () => {
  it('are limits in every unit', () => {
    const values = valuesOf(
      named('body address[city]', { body: { properties: { address: { properties: { city: { maxLength: 40 } } } } } }),
    );
    for (const text of ['y'.repeat(39), 'y'.repeat(40), 'y'.repeat(41), '\u{1F333}'.repeat(20), '\u{1F333}'.repeat(41)])
      expect(values).toContain(text);
    expect(values).toContain('\u00E9'.repeat(20));
  });

  it('are the length of a long text that a known request has, where no contract names a limit', () => {
    const body = JSON.stringify({ name: 'y'.repeat(60), city: 'Odense' });
    const request = { method: 'POST', path: '/items', headers: { 'content-type': 'application/json' }, body };
    const [name, city] = fieldsOf('POST /items', [request]).map((field) => new Map(probesOf(field)));
    expect(name?.get('letters, one beyond a limit')).toBe('y'.repeat(61));
    expect(name?.get('bytes, at twice a limit')).toBe('\u00E9'.repeat(60));
    expect(name?.has('letters, at a usual limit')).toBe(true);
    expect(city?.has('letters, at a limit')).toBe(false);
    expect(city?.has('letters, at a usual limit')).toBe(true);
  });

  it('are minimum and maximum with their neighbours, fractions, huge numbers and digits written otherwise', () => {
    const field = named('body amount', {
      body: { properties: { amount: { type: 'integer', minimum: 5, maximum: 70 } } },
    });
    const found = texts(field);
    for (const value of [4, 5, 6, 69, 70, 71, 13, '12.5', '1e400', '-0', '12.0', '0012', ' 12', '12\u{1F333}', '+12'])
      expect(found).toContain(value);
  });

  it('are days and moments at the edges, and those that are not in the calendar', () => {
    const found = texts(named('body due'));
    for (const value of ['2026-02-30', '2028-02-29', '1969-12-31', '2027-01-03', '2031-05-01T12:00:00.123456Z'])
      expect(found).toContain(value);
    const moments = texts({ ...named('body due'), schema: { format: 'date-time' }, seen: ['2031-05-01T18:00:00Z'] });
    expect(moments).toEqual(expect.arrayContaining(['2026-02-30T00:00:00Z', '2031-05-01T23:59:59.999Z', '2031-05-01']));
  });

  it('are null, nothing, other types, other spellings, and what other cases and the contract have there', () => {
    const found = texts(named('body mail', { body: { properties: { mail: { enum: ['c@d.example'] } } } }));
    for (const value of [null, ABSENT, '', true, 'A@B.EXAMPLE', 'a@localhost', 'a@b.example\\', 'a@b.example\u0000'])
      expect(found).toContain(value);
    expect(found).toContainEqual(['a@b.example']);
    expect(found).toContainEqual({ $gt: '' });
    expect(found).toContain('c@d.example');
    expect(valuesOf(named('path shopId'))).toContain('5eede0e00000000000000002');
  });

  it('are in a list entries that differ by case, the same twice, one too many', () => {
    const found = valuesOf(named('body tags', { body: { properties: { tags: { type: 'array', maxItems: 3 } } } }));
    expect(found).toEqual(expect.arrayContaining([['a', 'A'], ['a', 'a'], ['a0', 'a1', 'a2', 'a3'], 'a', []]));
  });
});

describe('what is odd in known requests', () => {
  it('is a host with more letters than an address has, and limits that make no sense', () => {
    const long = `a@${'y.'.repeat(150)}example`;
    const [mail] = fieldsOf(ROUTE, [post('/shops/1/orders', { mail: long })]).filter(
      ({ name }) => name === 'body mail',
    );
    const hosts = mail === undefined ? [] : valuesOf(mail).map((one) => String(one).split('@').at(-1)?.length);
    expect(hosts).toEqual(expect.arrayContaining([253, 254, 63 + '.example'.length, 64 + '.example'.length]));
    const limits = {
      properties: { tags: { type: 'array', maxItems: 2 ** 40 }, name: { type: 'string', maxLength: -1 } },
    };
    for (const field of fields({ body: limits })) expect(valuesOf(field).length).toBeGreaterThan(0);
  });

  it('is a segment of a path that is encoded: it is not encoded twice', () => {
    const request = post('/shops/caf%C3%A9+1/orders', {});
    const [shop] = fieldsOf(ROUTE, [request]);
    if (shop === undefined) throw new Error('no field');
    expect(shop.seen).toEqual(['caf\u00E9+1']);
    expect(valueOf(request, shop)).toBe('caf\u00E9+1');
    expect(setField(ORDER, shop, shop.seen[0]).path).toMatch(/^\/shops\/caf%C3%A9%2B1\/orders/);
  });

  it('is a header sent for its length', () => {
    const long = post('/shops/1/orders', {}, { 'X-Long': 'x'.repeat(5_000), 'X-Short': 'x' });
    const headers = fieldsOf(ROUTE, [long]).filter(({ part }) => part === 'header');
    expect(headers.map(({ name }) => name)).toEqual(['header x-short']);
  });
});

describe('a field', () => {
  it.each<[string, unknown, Partial<DraftRequest>]>([
    ['body amount', new Spelt('1e400'), { body: '{"amount":1e400}' }],
    ['body amount', ABSENT, { body: '{}' }],
    ['body amount', new Spelt('1,"amount":2'), { body: '{"amount":1,"amount":2}' }],
    ['body tags[0]', 'x', { body: '{"amount":1,"tags":{"0":"x"}}' }],
    ['query dry', '\u00E9 &', { path: `${LEAST.path}?dry=%C3%A9%20%26` }],
    ['query dry', null, { path: `${LEAST.path}?dry` }],
    ['query dry', ['a', 'b'], { path: `${LEAST.path}?dry[]=a&dry[]=b` }],
    ['query filter[state]', { $gt: '' }, { path: `${LEAST.path}?filter[state][%24gt]=` }],
    ['path shopId', 'a/b', { path: '/shops/a%2Fb/orders' }],
    ['path shopId', '\uD800', { path: '/shops/%EF%BF%BD/orders' }],
    ['header x-channel', 'app', { headers: { 'Content-Type': 'application/json', 'x-channel': 'app' } }],
  ])('%s is set to %p', (name, value, expected) => {
    expect(setField(LEAST, named(name), value)).toEqual({ ...LEAST, ...expected });
  });

  it('is set in place, whatever stood there, and read again', () => {
    const changed = setField(ORDER, named('query dry'), 'false');
    expect(changed.path).toBe('/shops/5eede0e00000000000000001/orders?dry=false&filter[state]=open');
    for (const field of fields()) {
      expect(valueOf(setField(ORDER, field, ABSENT), field)).not.toEqual(valueOf(ORDER, field));
      if (field.shape !== 'list' && field.shape !== 'object')
        expect(valueOf(setField(ORDER, field, 'other'), field)).toBe('other');
    }
  });

  it('of a form is set in the form', () => {
    const form = post('/x', 'name=Ada&tags[]=a&tags[]=b', { 'Content-Type': 'application/x-www-form-urlencoded' });
    const [name, tags] = fieldsOf('POST /x', [form]);
    if (name === undefined || tags === undefined) throw new Error('no fields');
    expect(setField(setField(form, name, null), tags, ['c']).body).toBe('name&tags[]=c');
    expect(setField(form, tags, [['c', 'd']]).body).toContain('tags[][]=c&tags[][]=d');
  });
});

describe('fields together', () => {
  const apply = (name: string, variations = fieldVariations(fields())): string => {
    const found = variations.find((one) => one.name === name);
    return String(found?.apply(ORDER, seededRandom(1), []).body);
  };

  it('are bounds that meet, change places and stand one apart', () => {
    expect(apply('body due and body from: both the first')).toContain('"due":"2031-05-01","from":"2031-05-01"');
    expect(apply('body due and body from: changed round')).toContain('"due":"2031-04-01","from":"2031-05-01"');
    expect(apply('body due and body from: one apart')).toContain('"due":"2031-05-01","from":"2031-05-02"');
  });

  it('are optional ones, two at a time, in every way in which a field says nothing', () => {
    const pairs = pairVariations(fields());
    expect(pairs.map(({ name }) => name)).toContain('body mail and body tags: null and absent');
    expect(pairs.some(({ name }) => name.includes('amount'))).toBe(false);
    expect(apply('body mail and body tags: null and absent', pairs)).not.toContain('tags');
    expect(apply('body mail and body tags: null and absent', pairs)).toContain('"mail":null');
  });

  it('apply where the request has their part', () => {
    const get: DraftRequest = { method: 'GET', path: '/', headers: {} };
    const applied = fieldVariations(fields()).filter(({ applies }) => applies?.(get) !== false);
    expect(new Set(applied.map(({ group }) => group))).toEqual(new Set(['query', 'header']));
  });
});

it('fields together make no request that is longer than parsers take', () => {
  const query = Array.from({ length: 6 }, (_, i) => `name${i}=a`).join('&');
  const request = { method: 'GET', path: `/items?${query}`, headers: {} };
  const targets = commonVariations(fieldsOf('GET /items', [request])).map(
    (one) => one.apply(request, seededRandom(1), []).path.length,
  );
  expect(targets.length).toBeGreaterThan(20);
  expect(Math.max(...targets)).toBeLessThan(8_000);
});

it('one kind of value is tried in all fields of a shape at once', () => {
  const random = seededRandom(1);
  const common = commonVariations(fields());
  const leap = common.filter(({ kind }) => kind === '2026-02-30');
  expect(leap.map(({ field, group }) => [field, group])).toEqual([['body due and body from', 'body']]);
  const [one] = leap;
  expect(one?.applies?.({ method: 'GET', path: '/', headers: {} })).toBe(false);
  expect(JSON.parse(String(one?.apply(LEAST, random, []).body))).toEqual({
    ...{ amount: 1, due: '2026-02-30', from: '2026-02-30' },
  });
  expect(common.some(({ field = '' }) => /amount|mail|dry|state|shopId|x-channel/.test(field))).toBe(false);
});

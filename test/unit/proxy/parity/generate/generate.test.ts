import { whyUnsendable } from '../../../../../proxy/parity/sendable';
import { requestLines, type ParityCase, type SourcedCase } from '../../../../../shared/parity/case';
import {
  generateCases as generate,
  VARIATIONS,
  type GenerateOptions,
} from '../../../../../proxy/parity/generate/generate';
import { seededRandom } from '../../../../../proxy/parity/generate/random';
import { RECOMBINATIONS } from '../../../../../proxy/parity/generate/recombine';
import type { DraftRequest, Variation } from '../../../../../proxy/parity/generate/variation';

const known = (route: string, parityCase: ParityCase, identity = 'member'): SourcedCase => ({
  source: 'suite',
  route,
  identity,
  parityCase,
});
const LIST = 'GET /items';
const WRITE = 'POST /items';
const KNOWN: readonly SourcedCase[] = [
  known(LIST, { name: 'all', request: { path: '/api/items' }, status: 200 }),
  known(LIST, { name: 'page', request: { path: '/api/items?page=2&q=a%20b' }, status: 200 }),
  known(LIST, { name: 'refused', request: { path: '/api/items?page=x' }, status: 400 }),
  known(LIST, { name: 'as lines', request: { path: '' }, raw: ['GET /api/items HTTP/1.1'] }),
  known(WRITE, {
    name: 'one',
    request: { method: 'POST', path: '/api/items', headers: { 'Content-Type': 'application/json' }, body: '{"a":1}' },
    status: { member: 201 },
  }),
  known(WRITE, {
    name: 'a form',
    request: {
      method: 'POST',
      path: '/api/items?x=1',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'a=2',
    },
    status: { member: 201 },
  }),
];
const OPTIONS: GenerateOptions = { count: 400, seed: 7, identities: ['member', 'anonymous'], writes: true };
const generateCases = (known: readonly SourcedCase[], options: GenerateOptions): readonly SourcedCase[] =>
  generate(known, options).cases;
const methodOf = ({ parityCase: { request } }: SourcedCase): string => request.method ?? 'GET';

describe('generated cases', () => {
  it('are as many as asked for, the same for a seed, others for another', () => {
    const cases = generateCases(KNOWN, OPTIONS);
    expect(cases).toHaveLength(400);
    expect(generateCases(KNOWN, OPTIONS)).toEqual(cases);
    expect(generateCases(KNOWN, { ...OPTIONS, seed: 8 })).not.toEqual(cases);
    expect(generateCases([], OPTIONS)).toEqual([]);
  });

  it('say nothing of what must come, name the known case and every variation, and are told apart from it', () => {
    for (const { source, parityCase } of generateCases(KNOWN, OPTIONS)) {
      expect(source).toBe('generated');
      expect(parityCase).not.toHaveProperty('status');
      expect(parityCase).not.toHaveProperty('effects');
      expect(parityCase.name).toMatch(/^(all|page|refused|one|a form); ./);
    }
  });

  it('take routes in turn, and known cases that succeed more often', () => {
    const cases = generateCases(KNOWN, OPTIONS);
    const countOf = (start: string): number =>
      cases.filter(({ parityCase: { name } }) => name.startsWith(start)).length;
    expect(cases.filter(({ route }) => route === LIST).length).toBeGreaterThan(150);
    expect(cases.filter(({ route }) => route === WRITE).length).toBeGreaterThan(150);
    expect(countOf('refused;')).toBeGreaterThan(0);
    expect(countOf('page;')).toBeGreaterThan(countOf('refused;'));
  });

  it('are all different, and none is a known case', () => {
    const keyOf = ({ route, identity, parityCase: { request, cookies, revalidates } }: SourcedCase): string =>
      JSON.stringify([route, identity, { method: 'GET', headers: {}, ...request }, cookies, revalidates]);
    const keys = [...KNOWN, ...generateCases(KNOWN, OPTIONS)].map(keyOf);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('try what differs most first: few cases have many kinds of value, in every field', () => {
    const { cases, coverage } = generate(KNOWN, { ...OPTIONS, count: 50 });
    expect(cases).toHaveLength(50);
    expect(coverage.fields).toEqual({ tried: 4, known: 4 });
    expect(coverage.kinds.tried).toBeGreaterThan(30);
    expect(coverage.inputs.tried).toBeLessThan(50);
  });

  it('say what has been tried and what not, of which fields no contract tells the limits', () => {
    const contracts = new Map([[LIST, { query: { properties: { page: { type: 'integer', maximum: 77 } } } }]]);
    const few = generate(KNOWN, { ...OPTIONS, contracts, count: 3 }).coverage;
    expect(few.untriedFields.length).toBeGreaterThan(0);
    expect(few.untriedKinds).toContain('capitals (trap 5)');
    expect(few.withoutContract).toEqual(['GET /items query q', 'POST /items query x', 'POST /items body a']);
    const all = generate(KNOWN, { ...OPTIONS, contracts, count: 5_000 });
    expect(all.coverage).toMatchObject({ untriedFields: [], untriedKinds: [] });
    expect(all.coverage.inputs.tried).toBe(all.coverage.inputs.known);
    const paths = all.cases.map(({ parityCase: { request } }) => request.path);
    expect(paths).toEqual(
      expect.arrayContaining([expect.stringContaining('page=77'), expect.stringContaining('page=78')]),
    );
  });

  it('can all be sent, whatever known requests hold', () => {
    const headers = { 'x-a': 'a b', 'Content-Type': 'application/json' };
    const text = 'a b&c=\u2603/\u00FC %';
    const query = `q=${encodeURIComponent(text)}&id=${'f'.repeat(23)}%20`;
    const odd = [
      known('GET /items/:id', {
        name: 'text',
        request: { path: `/items/${encodeURIComponent(text)}?${query}`, headers },
      }),
      known(WRITE, {
        name: 'body',
        request: { method: 'POST', path: '/items', headers, body: JSON.stringify({ text }) },
      }),
    ];
    const recorded = [{ route: WRITE, request: { method: 'POST', path: '/items', headers: { 'x-b': '\u2603' } } }];
    const cases = generateCases(odd, { ...OPTIONS, recorded, count: 3_000 });
    const whys = cases.map(({ parityCase }) => whyUnsendable(requestLines(parityCase, {})));
    expect(new Set(whys)).toEqual(new Set([undefined]));
    // A value that comes twice is the known one still.
    expect(
      cases.some(({ parityCase: { request } }) => request.path.includes(`q=${encodeURIComponent(text)}&q=x`)),
    ).toBe(true);
  });

  it('try together what no route reads, before each alone', () => {
    const names = generateCases(KNOWN, { ...OPTIONS, count: 40 }).map(({ parityCase: { name } }) => name);
    for (const route of ['(?:all|page)', '(?:one|a form)'])
      for (const together of [
        'every parameter that no route reads',
        'every header that few routes read',
        'Cookie: theme=dark; theme',
      ])
        expect(names).toContainEqual(expect.stringMatching(new RegExp(`^${route}; ${together}`)));
    const alone = ['?x (trap 7)', 'X-Forwarded-For: 203.0.113.9', 'Cookie: theme=dark (trap 8)'];
    expect(names.filter((name) => alone.some((one) => name.endsWith(`; ${one}`)))).toEqual([]);
  });

  it('send what no route reads alone last, on every route', () => {
    const routes = Array.from({ length: 10 }, (_, i) =>
      known(`GET /r${i}`, { name: `r${i}`, request: { path: `/r${i}` }, status: 200 }),
    );
    const names = generateCases(routes, { ...OPTIONS, count: 500 }).map(({ parityCase: { name } }) => name);
    const alone = names.filter((name) => /^r\d; (?:\?x=? \(|X-Forwarded-|Via|Origin)[^;]*$/.test(name));
    // Only those that chance has put together anew.
    expect(alone.length).toBeLessThan(5);
  });

  it('leave what browsers send, and what a contract does not name, to the end', () => {
    const text = { type: 'string' };
    const contracts = new Map([[LIST, { query: { properties: { page: text, q: text, sort: text } } }]]);
    const request = { path: '/api/items?page=2&utm=x', headers: { 'sec-fetch-mode': 'cors', 'x-tenant': 'a' } };
    const [first] = KNOWN;
    const many = generate([...(first ? [first] : []), known(LIST, { name: 'browser', request, status: 200 })], {
      ...{ ...OPTIONS, contracts, count: 60 },
    });
    expect(many.coverage.untriedFields).toEqual(['GET /items query utm', 'GET /items header sec-fetch-mode']);
    const names = many.cases.map(({ parityCase: { name } }) => name).join('\n');
    expect(names).toContain('header x-tenant: ');
    expect(names).not.toMatch(/utm: \w+ and|and query utm/);
  });

  it('take values of recordings', () => {
    const recorded = [{ route: LIST, request: { method: 'GET', path: '/api/items?colour=mauve', headers: {} } }];
    const { cases, coverage } = generate(KNOWN, { ...OPTIONS, recorded, count: 1_000 });
    expect(coverage.fields.known).toBe(5);
    expect(cases.some(({ parityCase: { request } }) => request.path.includes('colour=MAUVE'))).toBe(true);
  });

  it('are sent mostly as whoever the known case is, and sometimes as others', () => {
    const own = generateCases(KNOWN, OPTIONS).filter(({ identity }) => identity === 'member').length;
    expect(own).toBeGreaterThan(240);
    expect(own).toBeLessThan(400);
  });

  it('never write where they may not', () => {
    const cases = generateCases(KNOWN, { ...OPTIONS, writes: false, count: 100 });
    expect(cases).toHaveLength(100);
    for (const one of cases) expect(['GET', 'HEAD', 'OPTIONS']).toContain(methodOf(one));
    const { coverage } = generate(KNOWN, { ...OPTIONS, writes: false, count: 100 });
    expect(coverage.untriedFields.filter((name) => name.startsWith(WRITE))).toEqual([]);
    const onlyWrites = KNOWN.filter(({ route }) => route === WRITE);
    for (const one of generateCases(onlyWrites, { ...OPTIONS, writes: false })) expect(methodOf(one)).toBe('OPTIONS');
  });

  it('cover every trap of the request that the table of traps has', () => {
    const names = generateCases(KNOWN, { ...OPTIONS, count: 6_000 })
      .map(({ parityCase: { name } }) => name)
      .join('\n');
    for (const trap of [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13]) expect(names).toContain(`(trap ${trap})`);
    const unused = VARIATIONS.filter(({ name }) => !names.includes(name)).map(({ name }) => name);
    expect(unused).toEqual([]);
  });
});

describe('variations', () => {
  const REQUESTS: readonly DraftRequest[] = [
    { method: 'GET', path: '/', headers: {} },
    { method: 'GET', path: '/api/items?a=1&b%5Bc%5D=2+3', headers: { Accept: '*/*' } },
    { method: 'POST', path: '/api/items', headers: { 'content-type': 'application/json' }, body: '{"a":1,"b":[2]}' },
    { method: 'PUT', path: '/api/items/1', headers: {}, body: Buffer.from([0, 255]) },
    { method: 'PATCH', path: '/api/items/1', headers: {}, body: 'no JSON' },
  ];

  it('leave what they are given as it is, and give requests that can be sent', () => {
    const before = JSON.stringify(REQUESTS);
    for (const variation of [...VARIATIONS, ...RECOMBINATIONS])
      for (const request of REQUESTS) {
        if (variation.applies?.(request) === false) continue;
        const varied = variation.apply(request, seededRandom(1), REQUESTS);
        expect(varied.path).toMatch(/^\/[\x21-\x7E]*$/);
        expect(varied.method).toMatch(/^[A-Z]+$/);
        for (const [name, value] of Object.entries(varied.headers)) expect(`${name}: ${value}`).not.toMatch(/[\r\n]/);
      }
    expect(JSON.stringify(REQUESTS)).toBe(before);
  });

  it('have names of their own', () => {
    const names = [...VARIATIONS, ...RECOMBINATIONS].map(({ name, group }) => `${group} ${name}`);
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  });

  const named = (name: string): Variation => {
    const found = [...VARIATIONS, ...RECOMBINATIONS].find((one) => one.name.startsWith(name));
    if (found === undefined) throw new Error(name);
    return found;
  };
  const get = (path: string): DraftRequest => ({ method: 'GET', path, headers: {} });
  const post = (body: string): DraftRequest => ({
    method: 'POST',
    path: '/a',
    headers: { 'Content-Type': 'application/json' },
    body,
  });
  const apply = (name: string, request: DraftRequest, siblings: readonly DraftRequest[] = []): DraftRequest =>
    named(name).apply(request, seededRandom(3), siblings);

  it.each([
    ['HEAD', { method: 'HEAD' }],
    ['capitals', { path: '/API/ITEMS?q=a%20b' }],
    ['a slash at the end', { path: '/api/items/?q=a%20b' }],
    ['an encoded slash', { path: '/api/items%2F?q=a%20b' }],
    ['no query', { path: '/api/items' }],
    ['every parameter twice', { path: '/api/items?q=a%20b&q=a%20b' }],
    ['spaces spelt the other way', { path: '/api/items?q=a+b' }],
    ['?a[b]=c', { path: '/api/items?q=a%20b&a[b]=c' }],
    ['Accept: text/html', { headers: { Accept: 'text/html' } }],
    ['If-None-Match with the tag', { revalidates: true }],
    ['Cookie: theme=dark (', { cookies: 'theme=dark' }],
  ])('%s', (name, expected) => {
    const request = get('/api/items?q=a%20b');
    expect(apply(name, request)).toEqual({ ...request, ...expected });
  });

  it('change one member of a JSON body, or what it is said to be', () => {
    expect(apply('as a form', post('{"a":"b c","d":[1]}')).body).toBe('a=b%20c&d[]=1');
    expect(apply('102401 bytes', post('{"a":1}')).body).toHaveLength(102_401);
    expect(apply('letters escaped', post('{"a":"bc"}')).body).toBe('{"\\u0061":"\\u0062c"}');
    expect(apply('one field less', post('{"a":1}')).body).toBe('{}');
    expect(named('one field less').applies?.(post('[1]'))).toBe(false);
    expect(apply('no Content-Type', post('{"a":1}')).headers).toEqual({});
    expect(apply('Content-Type: text/plain', post('{"a":1}'))).toMatchObject({
      headers: { 'Content-Type': 'text/plain' },
    });
    expect(named('gzip').applies?.(get('/a'))).toBe(false);
  });

  it('put parts of known cases together anew', () => {
    const siblings = [get('/a?x=1'), get('/b?y=2'), { ...post('{"b":2}'), headers: { 'content-type': 'text/json' } }];
    expect(apply('the path of another case', get('/a?x=1'), siblings).path).toBe('/b?x=1');
    expect(['/a?y=2', '/a']).toContain(apply('the query of another case', get('/a?x=1'), siblings).path);
    expect(apply('also the query of another case', get('/a?x=1'), [get('/b?y=2')]).path).toBe('/a?x=1&y=2');
    expect(apply('the body of another case', post('{"a":1}'), siblings)).toMatchObject({
      body: '{"b":2}',
      headers: { 'content-type': 'text/json' },
    });
    expect(apply('the path of another case', get('/a'), [])).toEqual(get('/a'));
  });
});

describe('seeded random numbers', () => {
  it('are the same for a seed and even enough', () => {
    const [a, b] = [seededRandom(1), seededRandom(1)];
    const values = Array.from({ length: 2_000 }, () => a.next());
    expect(Array.from({ length: 2_000 }, () => b.next())).toEqual(values);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThan(1);
    expect(values.reduce((sum, value) => sum + value, 0) / values.length).toBeCloseTo(0.5, 1);
  });

  it('pick and shuffle what is there', () => {
    const random = seededRandom(2);
    expect(new Set(Array.from({ length: 50 }, () => random.pick(['a', 'b'])))).toEqual(new Set(['a', 'b']));
    expect(random.shuffle([1, 2, 3, 4]).sort()).toEqual([1, 2, 3, 4]);
    expect(() => random.pick([])).toThrow(/nothing to pick/);
  });
});

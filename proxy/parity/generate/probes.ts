import type { Field, Shape } from './field';
import { ABSENT, encode, pairName, Spelt } from './set-field';

/** What is tried on a field: the kind of value, by which it is counted what has been covered, and the value. */
export type Probe = readonly [kind: string, value: unknown];

/** Where texts often end, for fields of which no limit is known. */
const USUAL_LENGTHS = [50, 100, 255, 1_000];
/** Longer than what is written into a case for its meaning. */
const LONG = 40;
/** More would not fit into a request's address, or make a body that no parser takes. */
export const LONGEST = { body: 20_000, query: 600, path: 300, header: 600 };
const TREE = '\u{1F333}';

/** Kinds by which sides differ most often, whatever the field. */
export const TELLING: ReadonlySet<string> = new Set([
  ...['', 'absent', 'null', 'a list for one value', 'capitals'],
  ...['letters, at a limit', 'letters, one beyond a limit', 'entries that differ by case'],
  // Each is right by one unit of length, and too long by another.
  ...['bytes, at twice a limit', 'code points, at a limit', 'spaces around, at a limit'],
  ...['  {} ', '{},{}', 'cafe\u0301'].map((template) => JSON.stringify(template)),
  ...['many spellings at once', 'many spellings in a list'],
  ...['2026-02-30', '1969-12-31', '1970-01-01', 'T12:00:00.123456Z', 'T00:30:00+05:30'],
]);

/** What trimming, folding, composing, splitting, escaping and stripping would change; as a pattern it is broken, by its end alone, too. */
const MANY_SPELLINGS = ` \t Ab,\u00C9E\u0301\uFB01\u0130  \u{1F333}%20+_'"<b>&amp;$*.\u200D;([{\\`;

/** Every value that is worth trying on a field, from what it is, its contract and the values that known requests have there. */
export function probesOf(field: Field): readonly Probe[] {
  const { part, shape, seen, schema } = field;
  const value = seen.find((one) => one !== null && one !== '') ?? schema.enum?.[0] ?? EXAMPLES[shape];
  const probes = [...ofAny(field, value), ...BY_SHAPE[shape](field, value)];
  if (shape !== 'list' && shape !== 'object') probes.push(...spelt(SPELLINGS, String(value)), ...ofText(String(value)));
  // One of a few words: what does not hold one is refused, however long it is.
  if (schema.enum !== undefined) return probes.filter(([kind]) => !OF_FREE_TEXT.test(kind));
  if (part !== 'header') return probes;
  return probes.filter(([, one]) => typeof one !== 'string' || /^[\t\x20-\x7E\xA0-\xFF]*$/.test(one));
}

const OF_FREE_TEXT = /limit|^(?:NaN|x|undefined|a fraction|many spellings.*|the first letters)$|^"[^{}]*"$/;

const EXAMPLES: Readonly<Record<Shape, unknown>> = {
  ...{ number: 1, time: '2031-05-01T18:00:00Z', email: 'someone@example.org', id: 'f'.repeat(24) },
  ...{ boolean: true, list: ['a'], object: { a: 1 }, text: 'a' },
};

/** Values of which each is a kind of its own. */
const each = (values: string): readonly Probe[] => values.split('|').map((value) => [value, value]);
/** Templates: `{}` stands for the value. */
const spelt = (templates: string, text: string): readonly Probe[] =>
  templates.split('|').map((template) => [JSON.stringify(template), template.replaceAll('{}', () => text)]);

function ofAny({ part, at, seen, schema }: Field, value: unknown): readonly Probe[] {
  const another = seen.find((one) => one !== value) ?? 'another';
  const isBody = part === 'body';
  return [
    ...each('|undefined|NaN|x|constructor'),
    ['null as text', 'null'],
    ['absent', ABSENT],
    ['null', null],
    ['true', true],
    ['a list for one value', [value]],
    ['a list of two', [value, another]],
    ['an empty list', []],
    ['an object', isBody ? {} : { a: value }],
    ['an operator', { $gt: '' }],
    ['twice', new Spelt(isBody ? twiceInJson(at, value, another) : `${encode(value)}&${pairName(at)}=x`)],
    ...seen.slice(0, 10).map((one): Probe => ['a value of another case', one]),
    ...(schema.enum ?? []).slice(0, 20).map((one): Probe => ['a value of the contract', one]),
  ];
}

/** A member of an element has no name to stand twice. */
function twiceInJson(at: readonly string[], value: unknown, another: unknown): string {
  const name = at.at(-1) ?? '';
  const last = JSON.stringify(value);
  return /^\d+$/.test(name) ? last : `${JSON.stringify(another)},${JSON.stringify(name)}:${last}`;
}

/** Text as people and programs write it otherwise: white space, accents, emoji, halves of them, what others escape. */
const SPELLINGS =
  ' |  {} |\t{}\r\n|\u00A0{}|\uFEFF{}|{}\u0000|\u0130\u00DF\uFB01|caf\u00E9|cafe\u0301|\u{1F468}\u200D\u{1F469}|{}\u{1F333}' +
  `|{}\uD800|{}\\|\\|{},{}|{}'"|<b>{}</b>&amp;|100%|a+b|.*|{}[(|_%|\${}|$|a\u2028{}|\u202E\u05D0\u05D1|{}/{}|..`;

const ofText = (text: string): readonly Probe[] => [
  ['many spellings at once', MANY_SPELLINGS],
  ['capitals', text.toUpperCase()],
  ['small letters', text.toLowerCase()],
  ['one capital', text.replace(/[a-z]/, (letter) => letter.toUpperCase())],
  ['the first letters', text.slice(0, 3)],
];

/** Around a limit, in each unit in which lengths are counted. */
function lengths({ part, seen, schema: { minLength, maxLength } }: Field): readonly Probe[] {
  const around = (what: string, limit = Infinity): readonly Probe[] =>
    limit < 0 || limit * 2 > LONGEST[part]
      ? []
      : [
          [`letters, one below ${what}`, 'y'.repeat(Math.max(0, limit - 1))],
          [`letters, at ${what}`, 'y'.repeat(limit)],
          [`letters, one beyond ${what}`, 'y'.repeat(limit + 1)],
          [`code points, at ${what}`, TREE.repeat(limit)],
          [`code points, one beyond ${what}`, TREE.repeat(limit + 1)],
          [`UTF-16 units, at ${what}`, TREE.repeat(limit / 2)],
          [`UTF-16 units, two beyond ${what}`, TREE.repeat(limit / 2 + 1)],
          [`bytes, at ${what}`, '\u00E9'.repeat(limit / 2)],
          [`bytes, at twice ${what}`, '\u00E9'.repeat(limit)],
          [`spaces around, at ${what}`, ` ${'y'.repeat(limit)} `],
        ];
  if (maxLength !== undefined || minLength !== undefined)
    return [minLength, maxLength].flatMap((limit) => around('a limit', limit));
  // A text as long as this is most likely a case about the limit.
  const longest = Math.max(0, ...seen.map((one) => (typeof one === 'string' ? one.length : 0)));
  const known = longest >= LONG ? around('a limit', longest) : [];
  return [...known, ...USUAL_LENGTHS.flatMap((limit) => around('a usual limit', limit))];
}

const NUMBERS =
  '0|1|-1|0.5|1e-7|2147483647|2147483648|9007199254740991|9007199254740993|9223372036854775808|1e21|1e400|-0|{}.5|{}.0|{}e0|{}.00000000000000000001';
const DIGITS =
  '{}|00{}|+{}| {}|{} |{}\n|{}.0|{}abc|{}\u{1F333}|\u0661\uFF12|{},5|1_0|0x1F|1e1|Infinity|99999999999999999999';

function numbers({ part, schema: { minimum, maximum, type } }: Field, value: unknown): readonly Probe[] {
  const known = Number.isFinite(Number(value)) ? Math.trunc(Number(value)) : 1;
  const around = (limit: number | undefined, kind: string): Probe[] =>
    limit === undefined ? [] : [limit - 1, limit, limit + 1].map((one) => [`${kind} and its neighbours`, one]);
  const texts = spelt(DIGITS, String(known));
  if (part === 'body' && type === 'string') return texts;
  const tokens = spelt(NUMBERS, String(known)).map(([kind, text]): Probe => [
    `number ${kind}`,
    new Spelt(String(text)),
  ]);
  return [...around(minimum, 'minimum'), ...around(maximum, 'maximum'), ['one more', known + 1], ...tokens, ...texts];
}

/** Impossible, leap, first and last days; edges of years and ISO years; before 1970; years of other lengths. */
const DAYS =
  '2026-02-30|2026-04-31|2026-02-29|2028-02-29|2026-13-01|2026-01-00|1969-12-31|1970-01-01|0001-01-01|0000-01-01|9999-12-31' +
  '|10000-01-01|+275760-09-13|+275760-09-14|2026-12-31|2027-01-01|2027-01-03|2020-12-31|2026-1-1|20261231|2026-W01-1';
const CLOCKS =
  'T00:00:00Z|T23:59:59.999Z|T12:00:00.123456Z|T12:00:00.5Z|T24:00:00Z|T25:00:00Z|T23:59:60Z|T12:60:00Z|T12:00Z|T12Z|T12:00:00' +
  '|T00:30:00+05:30|T00:30:00-12:00|T12:00:00+25:00|T12:00:00+0000|t12:00:00z| 12:00:00Z|T12:00:00Zx|T12:00:00Z (x)';

function times({ schema }: Field, value: unknown): readonly Probe[] {
  const isDay = schema.format === 'date' || /^\d{4}-\d\d-\d\d$/.test(String(value));
  const day = /^\d{4}-\d\d-\d\d/.exec(String(value))?.[0] ?? '2031-05-01';
  return [
    ...each(DAYS).map(([kind, one]): Probe => [kind, isDay ? one : `${String(one)}T00:00:00Z`]),
    ...each(CLOCKS).map(([kind, clock]): Probe => [kind, `${day}${String(clock)}`]),
    ...each('12/31/2026|Thu, 31 Dec 2026 00:00:00 GMT|tomorrow|1900000000000'),
    ['a day', day],
    ['milliseconds', 1_900_000_000_000],
  ];
}

/** None where there is no place left. */
const upTo = (length: number): string => 'y'.repeat(Math.max(0, length));
const LABELS = `${upTo(63)}.`.repeat(3);

function emails(field: Field, value: unknown): readonly Probe[] {
  const [name = '', host = ''] = String(value).split('@');
  return [
    ...spelt('{}@localhost|{}@|{}@@a.example|{}@b\u00FCcher.example|Someone <{}@a.example>|"{}"@a.example', name),
    ...spelt('@{}|a+tag@{}|a@{}.|a b@{}|a@{},b@{}', host),
    ['a host in capitals', `${name}@${host.toUpperCase()}`],
    ['a name of 65 letters', `${'y'.repeat(65)}@${host}`],
    ['254 letters', `${upTo(253 - host.length)}@${host}`],
    ['255 letters', `${upTo(254 - host.length)}@${host}`],
    ['a label of 63 letters', `${name}@${upTo(63)}.example`],
    ['a label of 64 letters', `${name}@${upTo(64)}.example`],
    ['a host of 253 letters', `${name}@${LABELS}${upTo(61)}`],
    ['a host of 254 letters', `${name}@${LABELS}${upTo(62)}`],
    ...lengths(field),
  ];
}

function ids(_field: Field, value: unknown): readonly Probe[] {
  const id = String(value);
  return [
    ['an unknown id', id.replaceAll(/[\da-f]/gi, 'f')],
    ['zeros', id.replaceAll(/[\da-f]/gi, '0')],
    ['one digit less', id.slice(0, -1)],
    ['a letter that is no digit', `${id.slice(0, -1)}g`],
    ['twelve letters', 'twelve bytes'],
    ['twelve bytes', '\u00E9'.repeat(6)],
    ['a number', 12],
    ['one digit more', `${id}0`],
    ['encoded dots', new Spelt('%2e%2e')],
    ['an encoded NUL', new Spelt(`${id}%00`)],
    ['an encoded letter', new Spelt(id.replace(/^./, (letter) => `%${letter.charCodeAt(0).toString(16)}`))],
  ];
}

const MOST_ITEMS = 10_000;

function lists({ part, schema: { maxItems = 20 } }: Field, value: unknown): readonly Probe[] {
  const elements: readonly unknown[] = Array.isArray(value) ? value : [value];
  const one = elements[0] ?? 'a';
  const text = typeof one === 'string' ? one : JSON.stringify(one);
  const many = (kind: string, count: number): Probe => [kind, Array.from({ length: count }, (_, i) => `${text}${i}`)];
  return [
    ['one value for a list', one],
    ...spelt('{},{}|{} , {}| {} ', text),
    ['the same twice', [one, one]],
    [
      'many spellings in a list',
      [
        text,
        text.toUpperCase(),
        text.toLowerCase(),
        ` ${text}`,
        'caf\u00E9',
        'cafe\u0301',
        `${text},b`,
        MANY_SPELLINGS,
      ],
    ],
    ['entries that differ by case', [text.toLowerCase(), text.toUpperCase()]],
    ['entries that differ by a space', [one, `${text} `]],
    ['entries that differ by how an accent is composed', ['caf\u00E9', 'cafe\u0301']],
    ['an empty element', [one, '']],
    ['null in a list', [one, null]],
    ['a number in a list', [one, 1]],
    ['a list in a list', [[one]]],
    ['an object in a list', [{ a: one }]],
    ['elements in reverse', [...elements].reverse()],
    ['numbers for names', { 1: one, 0: 'b' }],
    // Where parsers of queries and forms take an index for a name (qs 6: 20; Express: 1,000).
    ...[20, 21, 1_000, 1_001].map((index): Probe => ['one element far behind', { [index]: one }]),
    ...(maxItems > MOST_ITEMS ? [] : [many('as many as may be', maxItems), many('one too many', maxItems + 1)]),
    many('a hundred elements', part === 'body' ? 1_000 : 100),
  ];
}

const BY_SHAPE: Readonly<Record<Shape, (field: Field, value: unknown) => readonly Probe[]>> = {
  ...{ number: numbers, time: times, email: emails, id: ids, list: lists },
  boolean: () => [...each('true|false|1|0|yes'), ['false', false], ['one', 1], ['zero', 0]],
  object: () => [['an unknown member', { unknown: 1 }]],
  text: (field) => [['a number', 12], ['a fraction', 1.5], ...lengths(field)],
};

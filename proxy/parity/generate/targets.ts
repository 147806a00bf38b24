import type { Random } from './random';
import { withPath, withQuery, type RarelyRead, type Variation } from './variation';

const METHODS: readonly Variation[] = [
  {
    name: 'HEAD (trap 1)',
    group: 'method',
    applies: ({ method, body }) => method === 'GET' && body === undefined,
    apply: (request) => ({ ...request, method: 'HEAD' }),
  },
  {
    name: 'OPTIONS (trap 2)',
    group: 'method',
    apply: ({ path, headers }) => ({ method: 'OPTIONS', path, headers }),
  },
  ...['PATCH', 'PUT', 'POST', 'DELETE'].map((method): Variation => ({
    name: `${method} (trap 3)`,
    group: 'method',
    applies: (request) => request.method !== method,
    apply: (request) => ({ ...request, method }),
  })),
];

/** Writes one letter of the path, chosen at random, in another way. */
function respell(path: string, random: Random, spell: (letter: string) => string): string {
  const places = [...path.matchAll(/[A-Za-z0-9]/g)].map(({ index }) => index);
  if (places.length === 0) return path;
  const at = random.pick(places);
  return `${path.slice(0, at)}${spell(path.charAt(at))}${path.slice(at + 1)}`;
}

const percent = (letter: string): string => `%${letter.charCodeAt(0).toString(16)}`;
const inPath = (name: string, change: (path: string, random: Random) => string): Variation => ({
  name,
  group: 'path',
  apply: (request, random) => withPath(request, (path) => change(path, random)),
});

const PATHS: readonly Variation[] = [
  inPath('an unknown path (trap 4)', (path) => `${path}s`),
  inPath('capitals (trap 5)', (path) => path.toUpperCase()),
  inPath('one capital (trap 5)', (path, random) => respell(path, random, (letter) => letter.toUpperCase())),
  inPath('a slash at the end (trap 5)', (path) => `${path}/`),
  inPath('two slashes at the end (trap 5)', (path) => `${path}//`),
  inPath('a double slash', (path) => path.replace(/(?<=.)\//, '//')),
  inPath('a dot segment', (path) => path.replace(/(?<=.)\//, '/./')),
  inPath('an encoded letter (trap 6)', (path, random) => respell(path, random, percent)),
  inPath('an encoded space at the end (trap 6)', (path) => `${path}%20`),
  inPath('a plus at the end (trap 6)', (path) => `${path}+`),
  inPath('an encoded slash (trap 6)', (path) => `${path}%2F`),
  inPath('an encoded percent (trap 6)', (path) => `${path}%25`),
  inPath('an encoded accent (trap 6)', (path) => `${path}%C3%A9`),
  inPath('malformed encoding (trap 6)', (path) => `${path}%E0%A4%A`),
  inPath('a semicolon', (path) => `${path};v=1`),
];

const inQuery = (name: string, change: (query: string, random: Random) => string): Variation => ({
  name,
  group: 'query',
  apply: (request, random) => withQuery(request, (query) => change(query, random)),
});
const add = (text: string): Variation =>
  inQuery(`?${text.length > 60 ? `${text.slice(0, 30)}... of ${text.length} letters` : text} (trap 7)`, (query) =>
    query === '' ? text : `${query}&${text}`,
  );

/** Names that no route reads, in every form that a parser knows. */
const ADDED = [
  ...'x x= =x a[b]=c a[b][c][d][e][f][g]=h a%5Bb%5D=c a[]=1&a[]=2 a[1]=x&a[0]=y a[b a]b=c'.split(' '),
  ...'__proto__[x]=1 constructor=1 hasOwnProperty=1 toString= a=1+2 a=%C3%A9 a=%E0%A4%A a=1&&b=2 a=?b=/c a.b=c a=b=c'.split(
    ' ',
  ),
  Array.from({ length: 25 }, (_, i) => `a[]=${i}`).join('&'),
  Array.from({ length: 1_001 }, (_, i) => `a=${i}`).join('&'),
];

const QUERIES: readonly Variation[] = [
  inQuery('no query', () => ''),
  inQuery('every parameter twice (trap 7)', (query) => (query === '' ? 'a=1&a=2' : `${query}&${query}`)),
  inQuery('brackets encoded (trap 7)', (query) => query.replaceAll('[', '%5B').replaceAll(']', '%5D')),
  inQuery('parameters in reverse', (query) => query.split('&').reverse().join('&')),
  inQuery('spaces spelt the other way (trap 7)', (query) =>
    query.replaceAll(/\+|%20/g, (space) => (space === '+' ? '%20' : '+')),
  ),
  inQuery('an ampersand at the end', (query) => `${query}&`),
  inQuery('names in capitals', (query) => query.replaceAll(/(^|&)([^=&]*)/g, (all: string) => all.toUpperCase())),
];

export const TARGETS: readonly Variation[] = [...METHODS, ...PATHS, ...QUERIES];

/** What a route that reads none of it takes all at once, and one by one. */
export const RARELY_READ_PARAMETERS: RarelyRead = {
  together: inQuery('every parameter that no route reads (trap 7)', (query) =>
    [query, ...ADDED.filter((text) => text.length < 100)].filter((text) => text !== '').join('&'),
  ),
  alone: ADDED.map(add),
};

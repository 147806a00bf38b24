import { insertEntry, removeEntry } from '../../../../../proxy/cli/scaffold/edit-yaml';

const ITEM = ['- id: new', '  match: GET /new # why not'];
const ROUTES = ['routes'] as const;

/** What a text becomes, and that removing gives it back. */
function added(text: string, position: number, before?: number): string {
  const result = insertEntry(text, ROUTES, ITEM, before);
  expect(removeEntry(result, ROUTES, position)).toBe(text);
  return result;
}

describe('an entry of a list', () => {
  it('follows the last, in its indentation', () => {
    expect(added('# top\nroutes:\n- { id: a } # first\n\n# end\n', 1)).toBe(
      '# top\nroutes:\n- { id: a } # first\n- id: new\n  match: GET /new # why not\n\n# end\n',
    );
  });

  it('is separated by a blank line where the others are', () => {
    const text = 'routes:\n  # A\n  - id: a\n    x: 1\n\n  # B\n  - id: b\n\ncohorts: {}\n';
    expect(added(text, 2)).toContain('  - id: b\n\n  - id: new\n    match: GET /new # why not\n\ncohorts');
    expect(added(text, 1, 1)).toContain('x: 1\n\n  - id: new\n    match: GET /new # why not\n\n  # B\n  - id: b');
    expect(added(text, 0, 0)).toContain('routes:\n  - id: new\n    match: GET /new # why not\n\n  # A\n  - id: a');
  });

  it.each([
    ['routes: []\n', 'routes:\n  - id: new\n    match: GET /new # why not\n'],
    ['a: 1\nroutes: [] # none\n\nb: 2', 'a: 1\nroutes: # none\n  - id: new\n    match: GET /new # why not\n\nb: 2'],
    ['routes: []', 'routes:\n  - id: new\n    match: GET /new # why not'],
    ['routes: []\r\nb: 2\r\n', 'routes:\r\n  - id: new\r\n    match: GET /new # why not\r\nb: 2\r\n'],
  ])('is the first of %j', (text, expected) => {
    expect(added(text, 0)).toBe(expected);
  });

  it.each([
    ['without a line break at the end', 'routes:\n  - id: a'],
    ['with Windows line breaks', 'routes:\r\n  - id: a\r\n  - id: b\r\nx: 1\r\n'],
    ['with a text block at the end', 'routes:\n  - id: a\n    text: |\n      one\n\n      two\nb: 1\n'],
    ['with an empty value at the end', 'routes:\n  - id: a\n    b:\n# c\n'],
    ['with tags of CloudFormation', 'routes:\n  - id: a\n    b: !Ref X\nc: !Sub\n  - d\n  - {}\n'],
  ])('goes into a file %s, and out again', (_what, text) => {
    for (const before of [undefined, 0]) {
      const result = insertEntry(text, ROUTES, ITEM, before);
      expect(result).toContain('id: new');
      expect(removeEntry(result, ROUTES, before ?? text.split('- id').length - 1)).toBe(text);
    }
  });

  it.each(['routes: [{ id: a }]\n', 'routes: &x\n  - id: a\nb: *x\n', 'routes: none\n', 'routes: {\n}\n', '- a\n'])(
    'is refused where it cannot be written: %j',
    (text) => {
      expect(() => insertEntry(text, ROUTES, ITEM)).toThrow('routes is written in a form that commands cannot edit');
    },
  );
});

describe('an entry of a map', () => {
  const text = 'functions:\n  a:\n    handler: a.b\n\n  c:\n    handler: d.e\n    events: []\nresources: {}\n';

  it('goes in and out', () => {
    const result = insertEntry(text, ['functions'], ['n:', '  handler: n.handler']);
    expect(result).toContain('events: []\n\n  n:\n    handler: n.handler\nresources');
    expect(removeEntry(result, ['functions'], 'n')).toBe(text);
  });

  it('is made with the list it is for where there is none', () => {
    const events = ['functions', 'a', 'events'] as const;
    const result = insertEntry(text, events, ['- http: { path: x, method: get }']);
    expect(result).toContain('    handler: a.b\n    events:\n      - http: { path: x, method: get }\n\n  c:');
    expect(removeEntry(result, ['functions', 'a'], 'events')).toBe(text);
    expect(insertEntry('a: 1', ['routes'], ['- b'])).toBe('a: 1\nroutes:\n  - b\n');
  });

  it('leaves {} behind when it was the only one', () => {
    expect(removeEntry('functions:\n  a:\n    b: 1\nc: 1\n', ['functions'], 'a')).toBe('functions: {}\nc: 1\n');
    expect(() => removeEntry('functions:\n  a: 1\n', ['functions'], 'b')).toThrow('cannot edit');
  });
});

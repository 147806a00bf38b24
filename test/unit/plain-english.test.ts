import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

const ROOT = path.join(__dirname, '../..');

/** Words that read as translated, and what a native engineer writes. Names in quotes or code, such as `nobody`, stay. */
const WORDS: readonly (readonly [word: RegExp, instead: string])[] = [
  [/\b(told|tells?)\b/i, 'reports, says, distinguishes'],
  [/(?<!")\b(nobody|somebody|everybody|anybody)\b/i, 'anonymous, no one, someone, anyone'],
  [/\bbeside\b/i, 'next to, in addition to'],
  [/\b(is|are|was|be|being|went) away\b/i, 'unavailable'],
  [/\bmend(s|ed|ing)?\b/i, 'fix'],
  [/\b(lowered|lowering)\b/i, 'rolled back'],
  [/\bseen to\b/i, 'moved to'],
];

/** None where the example is left out, as .ci/kit-alone does. */
function filesIn(folder: string, matching: RegExp): string[] {
  if (!existsSync(path.join(ROOT, folder))) return [];
  return readdirSync(path.join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const file = path.posix.join(folder, entry.name);
    if (entry.isDirectory()) return /^(node_modules|dist|\..*)$/.test(entry.name) ? [] : filesIn(file, matching);
    return matching.test(entry.name) ? [file] : [];
  });
}

const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');

/** `file:line: text` for each text that holds one of the words. Single words are names or stored values, not prose. */
function findings(file: string, texts: readonly { readonly line: number; readonly text: string }[]): string[] {
  return texts
    .filter(({ text }) => /\w\s+\w/.test(text))
    .flatMap(({ line, text }) =>
      WORDS.flatMap(([word, instead]) => {
        const found = word.exec(text)?.[0];
        return found === undefined ? [] : [`${file}:${line}: "${found}" (instead: ${instead})`];
      }),
    );
}

/** String literals and the fixed parts of templates, except literals that hold a program. */
function literalsOf(file: string): { line: number; text: string }[] {
  const source = ts.createSourceFile(file, read(file), ts.ScriptTarget.Latest, true);
  const texts: { line: number; text: string }[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node) || ts.isLiteralTypeNode(node)) return;
    if (ts.isStringLiteralLike(node)) add(node, node.text);
    else if (ts.isTemplateExpression(node))
      add(node, [node.head, ...node.templateSpans.map(({ literal }) => literal)].map(({ text }) => text).join('X'));
    ts.forEachChild(node, visit);
  };
  const add = (node: ts.Node, text: string): void => {
    const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
    if (!text.includes('=>')) texts.push({ line, text });
  };
  visit(source);
  return texts;
}

/** Comments line by line, without inline code. Found by their beginnings, so one in a template counts as one too. */
function commentsOf(file: string): { line: number; text: string }[] {
  const text = read(file);
  const comments = text.matchAll(/(?<=^|\s)(?:\/\*[^]*?\*\/|\/\/.*$)/gm);
  return [...comments].flatMap(({ 0: comment, index }) => {
    const first = text.slice(0, index).split('\n').length;
    return comment.split('\n').map((line, i) => ({ line: first + i, text: line.replace(/`[^`]*`/g, '') }));
  });
}

/** Of the kit and the example, not of their tests. */
function sources(): string[] {
  return ['proxy', 'shared', 'lambda', 'legacy', 'test/eventsapp']
    .flatMap((folder) => filesIn(folder, /\.[cm]?[jt]s$/))
    .filter((file) => !/\.test\.ts$|^test\/eventsapp\/.*\//.test(file));
}

/** Prose of a README: no fenced blocks, no inline code, no addresses of links. */
function proseOf(file: string): { line: number; text: string }[] {
  const blank = (code: string): string => code.replace(/[^\n]/g, '');
  const text = read(file)
    .replace(/```[^]*?```/g, blank)
    .replace(/`[^`]*`/g, blank)
    .replace(/\]\([^)]*\)/g, blank);
  return text.split('\n').map((one, i) => ({ line: i + 1, text: one }));
}

describe('plain English', () => {
  it('finds a word in a literal, a template, a comment and a README, and leaves names alone', () => {
    expect(findings('a.ts', [{ line: 3, text: 'mend the file' }])).toEqual(['a.ts:3: "mend" (instead: fix)']);
    expect(findings('a.ts', [{ line: 3, text: 'nobody' }])).toEqual([]);
    expect(literalsOf('test/unit/plain-english.test.ts').some(({ text }) => text === 'mend the file')).toBe(true);
    const comments = commentsOf('test/unit/plain-english.test.ts').filter(({ text }) =>
      /Comments line by line/.test(text),
    );
    expect(comments).toHaveLength(1);
  });

  it('in help, errors and log lines', () => {
    const files = sources();
    expect(files.length).toBeGreaterThan(300);
    expect(files.flatMap((file) => findings(file, literalsOf(file)))).toEqual([]);
  });

  it('in comments', () => {
    const comments = sources().map((file) => ({ file, texts: commentsOf(file) }));
    expect(comments.flatMap(({ texts }) => texts).length).toBeGreaterThan(2_000);
    expect(comments.flatMap(({ file, texts }) => findings(file, texts))).toEqual([]);
  });

  it('in the documents', () => {
    const documents = [
      ...readdirSync(ROOT).filter((file) => file.endsWith('.md')),
      ...['proxy', 'shared', 'lambda', 'legacy', 'test'].flatMap((folder) => filesIn(folder, /\.md$/)),
    ];
    expect(documents.length).toBeGreaterThan(20);
    expect(documents.flatMap((file) => findings(file, proseOf(file)))).toEqual([]);
  });
});

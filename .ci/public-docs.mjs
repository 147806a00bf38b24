// npm run lint:docs: every name that a subpath of the package exports has a doc comment, which is what an editor shows of it.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

const ROOT = path.join(import.meta.dirname, '..');
const { paths } = JSON.parse(readFileSync(path.join(ROOT, 'tsconfig.paths.json'), 'utf8')).compilerOptions;
const entries = Object.entries(paths).map(([name, [file]]) => ({ name, file: path.join(ROOT, file) }));

const program = ts.createProgram({
  rootNames: entries.map(({ file }) => file),
  options: { module: ts.ModuleKind.Node20, paths, types: [], noEmit: true },
});
const checker = program.getTypeChecker();

let count = 0;
for (const { name, file } of entries) {
  const names = checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(file)));
  count += names.length;
  const bare = names.filter((symbol) => documentationOf(symbol) === '').map((symbol) => symbol.name);
  if (bare.length === 0) continue;
  console.error(`${name}: no doc comment for ${bare.join(', ')}`);
  process.exitCode = 1;
}
console.log(`${count} public names`);
if (count < 100) throw new Error('The subpaths of tsconfig.paths.json export hardly anything: is this the right file?');

function documentationOf(symbol) {
  const original = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  return ts.displayPartsToString(original.getDocumentationComment(checker));
}

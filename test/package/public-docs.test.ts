import path from 'node:path';
import ts from 'typescript';
import { installed, ROOT } from './installed';
import { subpathsOf } from './subpaths';

/** What an editor shows of a name that is imported: its doc comment in the package's own types. */
describe('every public name has a doc comment', () => {
  const home = path.join(installed().alone, 'node_modules/banyan-strangler');
  const subpaths = subpathsOf(home).map(({ name, types }) => [name, path.join(home, types)] as const);
  const program = ts.createProgram({
    rootNames: subpaths.map(([, types]) => types),
    options: {
      module: ts.ModuleKind.Node16,
      moduleResolution: ts.ModuleResolutionKind.Node16,
      types: ['node'],
      typeRoots: [path.join(ROOT, 'node_modules/@types')],
      noEmit: true,
    },
  });
  const checker = program.getTypeChecker();

  it.each(subpaths)('of %s', (_name, types) => {
    const file = program.getSourceFile(types);
    const module = file && checker.getSymbolAtLocation(file);
    expect(module).toBeDefined();
    const names = module === undefined ? [] : checker.getExportsOfModule(module);
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter((symbol) => documentationOf(symbol) === '').map(({ name }) => name)).toEqual([]);
  });

  function documentationOf(symbol: ts.Symbol): string {
    const original = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    return ts.displayPartsToString(original.getDocumentationComment(checker));
  }
});

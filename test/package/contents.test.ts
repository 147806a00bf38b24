import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { installed, ROOT } from './installed';

interface Manifest {
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly bin: Readonly<Record<string, string>>;
  readonly engines: { readonly node: string };
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional: boolean }>>;
}

describe('the tarball', () => {
  const { tarball, alone } = installed();
  const files = execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' }).trim().split('\n');
  const inside = files.map((file) => file.replace(/^package\//, ''));
  const home = path.join(alone, 'node_modules/banyan-strangler');
  const manifest = JSON.parse(readFileSync(path.join(home, 'package.json'), 'utf8')) as Manifest;

  it('holds dist/ and what every package has', () => {
    expect(inside.filter((file) => !file.startsWith('dist/')).sort()).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'package.json',
    ]);
  });

  it('holds compiled modules of the kit, their types and assets, nothing else', () => {
    const assets =
      /^dist\/(proxy\/admin\/page\/[\w.-]+|proxy\/routes\.schema\.json|proxy\/metrics\/grafana-dashboard\.json|proxy\/metrics\/prometheus-rules\.yml|lambda\/deployment\/[\w-]+\.(js|yml))$/;
    const others = inside.filter(
      (file) => file.startsWith('dist/') && !/\.(d\.ts|js)$/.test(file) && !assets.test(file),
    );
    expect(others).toEqual([]);
    // Each is made of a source of the kit.
    const sourceOf = (file: string) => file.replace(/^dist\/(bundlers\/)?/, '').replace(/(\.d\.ts|\.js)$/, '.ts');
    const compiled = inside.filter(
      (file) => file.startsWith('dist/') && /\.(d\.ts|js)$/.test(file) && !assets.test(file),
    );
    expect(compiled.length).toBeGreaterThan(500);
    expect(compiled.filter((file) => !existsSync(path.join(ROOT, sourceOf(file))))).toEqual([]);
    expect(compiled.filter((file) => /eventsapp|\/embedded\/|(^|\/)test\//.test(file))).toEqual([]);
  });

  it('names no source map', () => {
    const scripts = inside.filter((file) => file.endsWith('.js'));
    expect(scripts.filter((file) => readFileSync(path.join(home, file), 'utf8').includes('sourceMappingURL'))).toEqual(
      [],
    );
  });

  it.each([
    'routes.schema.json',
    'admin/page/index.html',
    'admin/page/chart.js',
    'metrics/grafana-dashboard.json',
    'metrics/prometheus-rules.yml',
  ])('holds proxy/%s', (asset) => expect(inside).toContain(`dist/proxy/${asset}`));

  it('holds every file that package.json names', () => {
    const named = [
      ...Object.values(manifest.bin),
      ...Object.values(manifest.exports).flatMap((target) =>
        typeof target === 'string' ? [target] : Object.values(target),
      ),
    ].filter((file) => !file.includes('*'));
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((file) => !existsSync(path.join(home, file)))).toEqual([]);
  });

  it('needs at most 14 packages, among them neither express nor an AWS SDK; peers are all optional', () => {
    const { dependencies, peerDependencies, peerDependenciesMeta } = manifest;
    const names = Object.keys(dependencies);
    expect(names.length).toBeLessThanOrEqual(14);
    expect(names.filter((name) => /express$|aws-sdk|banyan/.test(name) && !name.startsWith('@vendia/'))).toEqual([]);
    const peers = Object.keys(peerDependencies);
    expect(peers).not.toContain('express');
    expect(peers.filter((name) => peerDependenciesMeta[name]?.optional !== true)).toEqual([]);
    expect(existsSync(path.join(alone, 'node_modules/express'))).toBe(false);
    expect(existsSync(path.join(alone, 'node_modules/banyan-embedded-mongo'))).toBe(false);
  });

  it('names the oldest Node that it runs on', () => {
    expect(manifest.engines.node).toBe('>=20.19');
  });
});

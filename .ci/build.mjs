// node .ci/build.mjs [folder]: what the npm package holds, in dist/ or the folder. The example is no part of it.
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const require = createRequire(import.meta.url);
const root = path.join(import.meta.dirname, '..');
const dist = path.resolve(process.argv[2] ?? path.join(root, 'dist'));
const tsc = (...args) =>
  execFileSync(process.execPath, [require.resolve('typescript/bin/tsc'), ...args], { cwd: root, stdio: 'inherit' });

rmSync(dist, { recursive: true, force: true });
// A package of its own. First, because the kit is compiled against its types.
tsc('-p', 'shared/local/mongo/embedded');
tsc('-p', 'tsconfig.build.json', '--outDir', dist);
// For bundlers: with CommonJS, a function that imports one name of a subpath would hold everything behind it.
tsc('-p', 'tsconfig.bundlers.json', '--outDir', path.join(dist, 'bundlers'));

// What browsers load; not what checks its types.
const isServed = (file) => !/\.d\.ts$|tsconfig\.json$/.test(file);
const copy = (from) => cpSync(path.join(root, from), path.join(dist, from), { recursive: true, filter: isServed });
copy('proxy/admin/page');
copy('proxy/routes.schema.json');
copy('proxy/metrics/grafana-dashboard.json');
copy('proxy/metrics/prometheus-rules.yml');
mkdirSync(path.join(dist, 'lambda/deployment'), { recursive: true });
for (const name of readdirSync(path.join(root, 'lambda/deployment')))
  if (/\.(js|yml)$/.test(name)) copy(`lambda/deployment/${name}`);
chmodSync(path.join(dist, 'proxy/cli/main.js'), 0o755);

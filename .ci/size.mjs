// npm run size: lines of TypeScript and JavaScript by room, and whether the kit is within its budget. `-- --base <ref>` adds what a commit had.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

/** Of the kit without the embedded MongoDB, which is frozen. */
const BUDGET = 36_000;
const EMBEDDED = 'shared/local/mongo/embedded';
const ROOT = path.join(import.meta.dirname, '..');

const git = (...args) => execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', maxBuffer: 1 << 28 });
const isCode = (file) => /\.(?:ts|js|mjs|cjs)$/.test(file);
const linesOf = (text) => text.split('\n').length - 1;

/** Lines by file, as they are now or in a commit. */
function filesNow() {
  const files = git('ls-files', '--cached', '--others', '--exclude-standard').trim().split('\n');
  return new Map(
    files
      .filter((file) => isCode(file) && existsSync(path.join(ROOT, file)))
      .map((file) => [file, linesOf(readFileSync(path.join(ROOT, file), 'utf8'))]),
  );
}

function filesOf(ref) {
  const lines = git('grep', '-c', '', ref, '--').trim().split('\n');
  const counts = lines.map((line) => /^.*?:(.*):(\d+)$/.exec(line)).filter((found) => found !== null);
  return new Map(counts.filter(([, file]) => isCode(file)).map(([, file, count]) => [file, Number(count)]));
}

/** Whether a file ships, shows how, or tests; and its room. */
function placeOf(file) {
  const [top, second = '', third = ''] = file.split('/');
  const room = (name, parts) => ({ part: name, room: parts.filter((part) => !isCode(part)).join('/') });
  if (file.startsWith(`${EMBEDDED}/`)) return room('embedded MongoDB', [EMBEDDED]);
  if (top === 'test')
    return room(second === 'eventsapp' ? 'tests of the example' : 'tests of the kit', [top, second, third]);
  if (top === 'legacy' || /^lambda\/(?:eventsapp|infrastructure)\//.test(file) || file === 'banyan.config.ts')
    return room('example', [top, second]);
  if (['lambda', 'proxy', 'shared'].includes(top)) return room('kit', [top, second]);
  return room('tools', [top]);
}

function sums(files) {
  const parts = new Map();
  for (const [file, lines] of files) {
    const { part, room } = placeOf(file);
    const rooms = parts.get(part) ?? new Map();
    parts.set(part, rooms.set(room, (rooms.get(room) ?? 0) + lines));
  }
  return parts;
}

const total = (rooms = new Map()) => [...rooms.values()].reduce((sum, lines) => sum + lines, 0);

const { base } = parseArgs({ options: { base: { type: 'string' } } }).values;
const now = sums(filesNow());
const before = base === undefined ? undefined : sums(filesOf(base));

const number = (value) => value.toLocaleString('en').padStart(9);
const change = (value) => (value === 0 ? '' : `${value > 0 ? '+' : ''}${value.toLocaleString('en')}`).padStart(9);
const row = (name, had, has) =>
  console.log(
    `${name.padEnd(40)}${before === undefined ? '' : number(had)}${number(has)}${before === undefined ? '' : change(has - had)}`.trimEnd(),
  );

if (before !== undefined) console.log(`${''.padEnd(40)}${base.slice(0, 9).padStart(9)}${'now'.padStart(9)}`);
for (const part of ['kit', 'embedded MongoDB', 'example', 'tests of the kit', 'tests of the example', 'tools']) {
  const [had, has] = [before?.get(part) ?? new Map(), now.get(part) ?? new Map()];
  row(part, total(had), total(has));
  const rooms = [...new Set([...had.keys(), ...has.keys()])].sort();
  if (rooms.length > 1) for (const room of rooms) row(`  ${room || '.'}`, had.get(room) ?? 0, has.get(room) ?? 0);
}

const kit = total(now.get('kit'));
const whole = kit + total(now.get('embedded MongoDB'));
console.log(
  `\nkit ${kit.toLocaleString('en')} lines of ${BUDGET.toLocaleString('en')}; ${whole.toLocaleString('en')} with the embedded MongoDB`,
);
if (kit > BUDGET) {
  console.error(
    `The kit is ${(kit - BUDGET).toLocaleString('en')} lines over its budget: remove what nothing needs, or say in CONTRIBUTING.md why the budget grows.`,
  );
  process.exitCode = 1;
}

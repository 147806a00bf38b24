'use strict';

/**
 * The program in which `package` loads a function's zip: in an empty folder, with only the environment of the function. It receives what to do as one
 * message, answers by one, and runs on the Node.js of the runtime, so it is plain JavaScript and loads nothing.
 */
const { existsSync, readdirSync, readFileSync } = require('node:fs');
const path = require('node:path');
const { pathToFileURL } = require('node:url');

const LIFTED = Symbol.for('banyan.lifted');
/** What an app starts once it listens, it has started by then. */
const SETTLE_MS = 300;
/** Lambda sets some of these, and the rest says where a function runs. */
const OF_THE_PLATFORM = /^(?:AWS|LAMBDA|_X_AMZN)_|^_HANDLER$/;
/** How the programs of Lambda and of bundlers name a handler's file. */
const EXTENSIONS = ['.js', '.mjs', '.cjs'];
const RENDER = /\b(?:res|resp|response)\b(?:\s*\.\s*\w+\([^()]*\))*\s*\.\s*render\(\s*(['"`])([^'"`$]+)\1/g;

/** Variables that are read and not there, by their names, with the file that reads each. */
const missingVariables = new Map();
let isAnswered = false;

function answer(result) {
  if (isAnswered) return;
  isAnswered = true;
  const memory = process.memoryUsage().rss;
  process.send({ ...result, memory, missingVariables: [...missingVariables] }, () => process.exit());
}

process.once('message', (order) => {
  watchEnvironment();
  load(order).then(answer, (error) => answer({ failure: describe(error) }));
});
process.on('exit', (code) => answer({ failure: { message: `it ended the process with exit status ${code}` } }));
process.on('uncaughtException', (error) => answer({ failure: describe(error) }));
process.on('unhandledRejection', (error) => answer({ failure: describe(error) }));
process.on('disconnect', () => process.exit());

function watchEnvironment() {
  const { env } = process;
  const note = (name) => {
    if (typeof name !== 'string' || Object.hasOwn(env, name) || OF_THE_PLATFORM.test(name)) return;
    if (!missingVariables.has(name)) missingVariables.set(name, readingFile());
  };
  process.env = new Proxy(env, {
    get: (target, name) => (note(name), target[name]),
    has: (target, name) => (note(name), name in target),
  });
}

/** Relative to the root of the zip; undefined for a package and for Node itself. */
function readingFile() {
  const caller = new Error().stack.split('\n').find((line, index) => index > 0 && !line.includes(__filename));
  const file = /(?:[( ]|file:\/\/)(\/[^():]+):\d+:\d+\)?$/.exec(caller ?? '')?.[1];
  return file === undefined || file.includes('/node_modules/') ? undefined : inZip(file);
}

const inZip = (file) => path.relative(process.env.LAMBDA_TASK_ROOT, file) || '.';

const describe = (error) =>
  error instanceof Error
    ? { message: error.message, code: error.code, stack: error.stack }
    : { message: `it threw ${String(error)}` };

async function load({ handler, probes }) {
  const began = performance.now();
  const dot = handler.lastIndexOf('.');
  const [module, name] = [handler.slice(0, dot), handler.slice(dot + 1)];
  const file = EXTENSIONS.map((extension) => path.resolve(module + extension)).find((one) => existsSync(one));
  if (file === undefined) throw new Error(`Cannot find module '${module}' of the handler ${handler}`);
  const exported = file.endsWith('.mjs') ? await import(pathToFileURL(file).href) : await loadAny(file);
  const target = exported[name];
  if (typeof target !== 'function') throw new Error(`${handler} is undefined or not exported as a function`);
  if (target.length > 2) throw new Error(`${handler} takes ${target.length} parameters; the runtime has no callback`);
  const report = target[LIFTED] === undefined ? undefined : await target[LIFTED]();
  const startMs = performance.now() - began;
  const views = report === undefined ? [] : missingViews(report.apps);
  const failures = [];
  for (const event of probes) failures.push(...(await probe(target, event)));
  if (report === undefined) return { startMs, failures, views };
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  const { mongoClients, unlistedBackground } = await target[LIFTED]();
  return { startMs, failures, views, mongoClients, unlistedBackground };
}

async function loadAny(file) {
  try {
    return require(file);
  } catch (error) {
    if (error.code !== 'ERR_REQUIRE_ESM' && error.code !== 'ERR_REQUIRE_ASYNC_MODULE') throw error;
    return import(pathToFileURL(file).href);
  }
}

/** What invoking it throws. A refused event does not matter here, and the reader of this distinguishes it. */
async function probe(target, event) {
  const context = { awsRequestId: 'package', functionName: 'package', getRemainingTimeInMillis: () => 10_000 };
  try {
    await target(event, context);
    return [];
  } catch (error) {
    return [describe(error)];
  }
}

/** Views that the app's own files render by name, and that none of its Express apps would find, as Express looks for them. */
function missingViews(apps) {
  const expressApps = apps.filter((app) => typeof app?.get === 'function' && typeof app.get('view') === 'function');
  if (expressApps.length === 0) return [];
  const missing = new Map();
  for (const [file, name] of renderedViews(process.cwd())) {
    const reasons = expressApps.map((app) => whyNotFound(app, name));
    if (reasons.every((reason) => reason !== undefined))
      missing.set(name, { name, file: inZip(file), reason: reasons[0] });
  }
  return [...missing.values()];
}

function whyNotFound(app, name) {
  const View = app.get('view');
  const root = app.get('views');
  try {
    const view = new View(name, { defaultEngine: app.get('view engine'), root, engines: app.engines });
    return view.path === undefined ? `not in ${[root].flat().map(inZip).join(', ')}` : undefined;
  } catch (error) {
    return error.message;
  }
}

function renderedViews(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : renderedViews(file);
    if (!/\.[cm]?js$/.test(entry.name)) return [];
    return [...readFileSync(file, 'utf8').matchAll(RENDER)].map((match) => [file, match[2]]);
  });
}

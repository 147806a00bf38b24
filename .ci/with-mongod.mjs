// node .ci/with-mongod.mjs standalone|replica-set <command...>: runs a command with TEST_MONGODB_URI of a mongod that is downloaded once and stopped after it.
import { spawn } from 'node:child_process';
import { MongoMemoryReplSet, MongoMemoryServer } from 'mongodb-memory-server-core';

const [topology, command, ...args] = process.argv.slice(2);
const start = {
  standalone: () => MongoMemoryServer.create(),
  'replica-set': () => MongoMemoryReplSet.create({ replSet: { count: 3 } }),
};
if (!Object.hasOwn(start, topology ?? '') || command === undefined) {
  console.error('usage: node .ci/with-mongod.mjs standalone|replica-set <command...>');
  process.exit(2);
}
const mongod = await start[topology]();
const env = { ...process.env, TEST_MONGODB_URI: mongod.getUri() };
const child = spawn(command, args, { env, stdio: 'inherit' });
// Ctrl-C reaches the child by the terminal; what remains is to stop mongod after it.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
process.exitCode = await new Promise((resolve) => {
  child.on('error', (error) => {
    console.error(`${command}: ${error.message}`);
    resolve(2);
  });
  child.on('exit', (code) => resolve(code ?? 1));
});
await mongod.stop();

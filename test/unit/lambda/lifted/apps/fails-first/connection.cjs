// What a module keeps of a failed start, such as a rejected connection.
globalThis.attempts = (globalThis.attempts ?? 0) + 1;
const attempt = globalThis.attempts;
exports.connection = Object.assign(attempt === 1 ? Promise.reject(new Error('refused')) : Promise.resolve(), {
  attempt,
});

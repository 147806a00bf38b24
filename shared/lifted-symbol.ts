/** Where a lifted handler keeps what packaging asks it: a function that starts the app and reports on it. */
export const LIFTED: unique symbol = Symbol.for('banyan.lifted');

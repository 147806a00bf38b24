/**
 * For timers that end something which bytes that have arrived would save: when the process was held up, Node runs the timers that are
 * due before it reads. Calls back once it has read.
 */
export function afterReading(callback: () => void): void {
  setImmediate(callback);
}

/**
 * @param args of `net.Socket.connect`; Node's own callers pass one list `[options, callback]`
 * @returns host and port, or the path of a socket
 */
export function connectAddress(args: readonly unknown[]): string {
  const [first, second] = Array.isArray(args[0]) ? (args[0] as readonly unknown[]) : args;
  if (typeof first !== 'object' || first === null)
    return typeof first === 'string' && Number.isNaN(Number(first))
      ? first
      : `${typeof second === 'string' ? second : 'localhost'}:${String(first)}`;
  const { path, host = 'localhost', port } = first as Readonly<Record<string, unknown>>;
  return typeof path === 'string' && port === undefined ? path : `${String(host)}:${String(port)}`;
}

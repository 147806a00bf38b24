interface Listener {
  /** As in `so the proxy cannot listen`. */
  readonly part: string;
  readonly portVariable: string;
  readonly hostVariable: string;
}

/** Why a server could not listen (`EADDRINUSE` and the like) and what to do, in one line; undefined for any other error. */
export function describeListenError(
  error: unknown,
  { part, portVariable, hostVariable }: Listener,
): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  const port = 'port' in error ? String(error.port) : '';
  switch (error.code) {
    case 'EADDRINUSE':
      return `port ${port} is in use, so the ${part} cannot listen; stop the process that uses it, or set ${portVariable} to another port`;
    case 'EACCES':
      return `this user may not use port ${port}, so the ${part} cannot listen; set ${portVariable} to one above 1023`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `${hostVariable} is not an address of this machine, so the ${part} cannot listen; set it to 127.0.0.1, or 0.0.0.0 for all`;
    default:
      return undefined;
  }
}

import { fileURLToPath } from 'node:url';

/** Deep enough for a driver's own call under a few layers of promises. */
const FRAMES = 40;

/** The files on the stack, the nearest caller of `of` first, without Node's own. */
export function callingFiles(of: (...args: never[]) => unknown): readonly string[] {
  const before = Object.getOwnPropertyDescriptors(Error);
  try {
    Error.stackTraceLimit = FRAMES;
    Error.prepareStackTrace = (_error, sites) => sites.map((site) => site.getFileName());
    const holder: { stack?: unknown } = {};
    Error.captureStackTrace(holder, of);
    const files = Array.isArray(holder.stack) ? (holder.stack as readonly unknown[]) : [];
    return files
      .filter((file) => typeof file === 'string')
      .map((file) => (file.startsWith('file:') ? fileURLToPath(file) : file))
      .filter((file) => !file.startsWith('node:'));
  } finally {
    // As they were, also if not there.
    Reflect.deleteProperty(Error, 'prepareStackTrace');
    const { prepareStackTrace, stackTraceLimit } = before as Partial<typeof before>;
    if (prepareStackTrace) Object.defineProperty(Error, 'prepareStackTrace', prepareStackTrace);
    if (stackTraceLimit) Object.defineProperty(Error, 'stackTraceLimit', stackTraceLimit);
  }
}

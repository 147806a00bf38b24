import { afterReading } from './after-reading';

/** What `work` comes to, or what `late` returns or throws when it takes longer (ms). It is not stopped; the wait keeps no process alive. */
export async function within<T, L>(work: Promise<T>, ms: number, late: () => L): Promise<T | L> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise(
    (resolve) => (timer = setTimeout(() => afterReading(() => resolve(undefined)), ms).unref()),
  ).then(late);
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

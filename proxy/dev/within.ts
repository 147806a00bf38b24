import { BanyanError } from '../../shared/errors';

/** Throws BanyanError `part_late` when the work takes longer (ms). */
export async function within<T>(limit: number, work: Promise<T>, name: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const message = `${name} was not done within ${limit / 1000} s\n-> run it by hand and see what it waits for`;
    timer = setTimeout(() => reject(new BanyanError(message, { code: 'part_late' })), limit);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

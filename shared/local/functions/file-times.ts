import { stat } from 'node:fs/promises';

/** When each file was last changed, in ms since 1970; NaN for one that cannot be read. */
export type FileTimes = ReadonlyMap<string, number>;

/** The times of files; what is known of them already stays. */
export async function timesOf(files: readonly string[], known: FileTimes = new Map()): Promise<FileTimes> {
  const entries = files.map(async (file) => [file, known.get(file) ?? (await timeOf(file))] as const);
  return new Map(await Promise.all(entries));
}

/** One that has another time than was noted; undefined when there is none. */
export async function changedFile(times: FileTimes = new Map()): Promise<string | undefined> {
  const now = await timesOf([...times.keys()]);
  return [...times].find(([file, time]) => !Object.is(now.get(file), time))?.[0];
}

const timeOf = async (file: string): Promise<number> => {
  try {
    return (await stat(file)).mtimeMs;
  } catch {
    return NaN;
  }
};

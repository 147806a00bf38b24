import { StringDecoder } from 'node:string_decoder';

const LONGEST = 2_000;

/** Takes text as it comes and gives it on by lines, without their ends; a long one in parts. */
export function byLines(take: (line: string) => void): { write(text: Buffer): void; end(): void } {
  const decoder = new StringDecoder();
  let rest = '';
  return {
    write(text) {
      const parts = (rest + decoder.write(text)).split(/\r?\n/);
      rest = parts.pop() ?? '';
      for (const line of parts) take(line);
      if (rest.length <= LONGEST) return;
      take(rest);
      rest = '';
    },
    end() {
      if (rest !== '') take(rest);
      rest = '';
    },
  };
}

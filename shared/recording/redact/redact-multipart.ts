import type { ExchangeSecrets } from './exchange-secrets';
import { isSecretName, REMOVED } from './settings';

/**
 * Redacts each part of a multipart form (RFC 7578), whose lines may end with LF alone.
 *
 * @param part redacts a part's content; where it returns undefined, all of that content is removed
 * @returns undefined when the boundary is not in the text
 */
export function redactMultipart(
  text: string,
  mimeType: string,
  secrets: ExchangeSecrets,
  part: (content: string, mimeType: string) => string | undefined,
): string | undefined {
  const boundary = /boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(mimeType);
  const delimiter =
    boundary === null ? /^\s{0,8}(--[^\r\n]{1,200})/.exec(text)?.[1] : `--${boundary[1] ?? boundary[2] ?? ''}`;
  if (delimiter === undefined || !text.includes(delimiter)) return undefined;
  return text
    .split(delimiter)
    .map((one, index) => {
      if (index === 0) return one.trim() === '' ? one : '';
      if (/^--\s*$/.test(one)) return one;
      const head = /\r?\n\r?\n/.exec(one);
      if (head === null) return '';
      const begin = head.index + head[0].length;
      const end = /\r?\n$/.exec(one.slice(-2))?.[0].length ?? 0;
      const headers = one.slice(0, begin);
      const content = one.slice(begin, one.length - end);
      const name = /\bname\s*=\s*(?:"([^"]*)"|([^\s;]+))/i.exec(headers.replaceAll(/filename\*?\s*=/gi, 'file='));
      const type = /^content-type:[ \t]*([^\r\n]*)/im.exec(headers)?.[1] ?? '';
      const isSecret = name === null || isSecretName(name[1] ?? name[2] ?? '');
      const by = isSecret ? secrets.placeholderOf(content) : (part(content, type) ?? REMOVED);
      return `${headers}${by}${one.slice(one.length - end)}`;
    })
    .join(delimiter);
}

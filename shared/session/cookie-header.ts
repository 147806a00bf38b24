const isPadding = (code: number) => code === 0x20 || code === 0x09;

function trimSpaceAndTab(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isPadding(text.charCodeAt(start))) start += 1;
  while (end > start && isPadding(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

function decode(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // cookie 0.7 keeps the raw text, so a session cookie with a stray % still counts
  }
}

/**
 * The value of the first cookie of this name, as the `cookie` package 0.7 reads it: space and tab trimmed, one pair of
 * double quotes removed, percent-decoded unless that fails. Later cookies of the same name are ignored even when the
 * first is empty or useless. (cookie 1.x keeps the quotes, 0.6 trims more.)
 * @returns undefined when there is no such cookie
 */
export function readCookie(header: string, name: string): string | undefined {
  for (const pair of header.split(';')) {
    const equals = pair.indexOf('=');
    if (equals === -1 || trimSpaceAndTab(pair.slice(0, equals)) !== name) continue;
    const value = trimSpaceAndTab(pair.slice(equals + 1));
    const quoted = value.startsWith('"') && value.endsWith('"');
    return decode(quoted ? value.slice(1, -1) : value);
  }
  return undefined;
}

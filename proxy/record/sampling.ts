/** Whether a session is in the sample (`share` from 0 to 1): always or never, on every proxy; a larger share only adds sessions. */
export function isSampled(key: string, share: number): boolean {
  return share >= 1 || (share > 0 && hash(key) < share * 0x1_0000_0000);
}

/** FNV-1a with a final mix: fast enough for the request path; nothing secret depends on it. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}

/** Control characters, C1 included, and what turns the direction of text: a name or a body must not steer a terminal. */
const STEERING = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Text of others in one line that is safe to print. */
export function printable(text: string): string {
  return text.replace(STEERING, (character) => {
    const known = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }[character];
    return known ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

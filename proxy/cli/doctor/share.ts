/** `12 of 200`, `none of 200`, `all 200`. */
export function share(count: number, total: number): string {
  if (count === 0) return `none of ${total}`;
  return count === total ? `all ${total}` : `${count} of ${total}`;
}

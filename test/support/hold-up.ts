/** Keeps the process from everything else for so many ms, as long work does. */
export function holdUp(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

/** The code of a system error, such as `ENOENT`; empty for anything else. Errors of another realm count too. */
export function systemErrorCode(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}

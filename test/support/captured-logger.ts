import type { Logger } from '../../shared/logger';

/** A logger whose lines a test can read. */
export interface CapturedLogger extends Logger {
  readonly lines: { readonly level: string; readonly message: string; readonly fields: Record<string, unknown> }[];
  /** All lines as text, for searches for what must not be there. */
  text(): string;
}

export function capturedLogger(): CapturedLogger {
  const lines: CapturedLogger['lines'] = [];
  const at = (level: string) => (fields: object, message: string) =>
    void lines.push({ level, message, fields: { ...fields } });
  const text = (): string =>
    JSON.stringify(lines, (_key, value: unknown) =>
      value instanceof Error
        ? { name: value.name, message: value.message, stack: value.stack, cause: value.cause }
        : value,
    );
  return { lines, text, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

import { readFileSync, writeFileSync } from 'node:fs';

import { BanyanError } from './errors';

/** @throws BanyanError `file_unreadable`, saying what it is for */
export function readText(file: string, what: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new BanyanError(`${what}: ${file} cannot be read; check the path`, { code: 'file_unreadable', cause });
  }
}

/**
 * Writes a file that a command was asked for. `isPrivate`: for this user alone. `isNew`: it must not exist.
 *
 * @throws BanyanError `file_unwritable`, `file_exists`
 */
export function writeText(file: string, text: string, { isNew = false, isPrivate = false } = {}): void {
  try {
    writeFileSync(file, text, { flag: isNew ? 'wx' : 'w', ...(isPrivate && { mode: 0o600 }) });
  } catch (cause) {
    const code = typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : 'unknown';
    if (code === 'EEXIST')
      throw new BanyanError(`${file} already exists; choose another file, or use --overwrite`, { code: 'file_exists' });
    const message = `${file} cannot be written (${code}); name a file in a folder that exists`;
    throw new BanyanError(message, { code: 'file_unwritable', cause });
  }
}

import { open, stat } from 'node:fs/promises';
import { systemErrorCode } from './system-error';

/** What the file says. `unclear`: it could not be read; whatever was in force stays. */
export type KillSwitchFile =
  { readonly kind: 'absent' | 'unclear' } | { readonly kind: 'present'; readonly why: string };

const ABSENT = new Set(['ENOENT', 'ENOTDIR']);
const LONGEST = 500;

/** Looks whether the file is there. Existing is enough: an unreadable or empty one switches as well. */
export async function readKillSwitchFile(file: string): Promise<KillSwitchFile> {
  try {
    await stat(file);
  } catch (error) {
    return { kind: ABSENT.has(systemErrorCode(error)) ? 'absent' : 'unclear' };
  }
  return { kind: 'present', why: (await firstLine(file)) || 'the kill switch file exists' };
}

async function firstLine(file: string): Promise<string> {
  try {
    const handle = await open(file);
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(LONGEST), 0, LONGEST, 0);
      return buffer.toString('utf8', 0, bytesRead).split('\n', 1)[0]?.trim() ?? '';
    } finally {
      await handle.close();
    }
  } catch {
    return '';
  }
}

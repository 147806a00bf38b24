import { readFile } from 'node:fs/promises';
import { ConfigError } from '../../shared/errors';
import type { Logger } from '../../shared/logger';
import type { Rule } from '../../shared/parity/rules';
import { parseRules } from '../../shared/parity/rules-file';
import { systemErrorCode } from '../overrides/system-error';

/** The rules of the parity suites (`parity.rules`). Requests are served without them: a broken file is a warning. */
export async function loadRules(file: string | undefined, logger: Logger): Promise<readonly Rule[]> {
  if (file === undefined) return [];
  try {
    return parseRules(await readFile(file, 'utf8'), file);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') {
      logger.info({ file }, 'no parity rules; every difference between shadow and legacy counts');
    } else {
      const faults = error instanceof ConfigError ? error.faults : [String(error)];
      logger.warn({ file, faults }, 'invalid parity rules; every difference between shadow and legacy counts');
    }
    return [];
  }
}

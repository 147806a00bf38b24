import type { Environment } from '../shared/env';
import { nearestName } from '../shared/nearest-name';
import { HELP } from './help';

/** Every variable that the help names. */
const KNOWN = [...new Set([...HELP.matchAll(/\b[A-Z\d]+(?:_[A-Z\d]+)+\b|\b(?:HOST|PORT)\b/g)].map(([name]) => name))];

/** Variables whose names are nearly those of known ones, and what was probably meant; one that is set as well is not. Pure. */
export function misspeltVariables(env: Environment): readonly { readonly written: string; readonly meant: string }[] {
  return Object.keys(env).flatMap((written) => {
    if (KNOWN.includes(written)) return [];
    const meant = nearestName(written, KNOWN);
    return meant === undefined || env[meant] !== undefined ? [] : [{ written, meant }];
  });
}

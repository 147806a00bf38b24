import type { CaseResult } from '../../../../shared/parity/result';

/** How a line of a comparison is marked. `forgiven`: the texts differ, and neither a client nor a rule minds. */
export type Mark = 'equal' | 'different' | 'accepted' | 'forgiven';

/** One line of both sides, side by side; null where a side has none. Short, because a page holds many. */
export type Row = readonly [control: string | null, candidate: string | null, mark: Mark];

export class Marks {
  private readonly different: readonly string[];
  private readonly accepted: readonly string[];

  constructor({ differences, accepted }: Pick<CaseResult, 'differences' | 'accepted'>) {
    this.different = differences.map(({ path }) => path);
    this.accepted = accepted.map(({ path }) => path);
  }

  at(path: string): Mark {
    if (this.different.some((marked) => covers(marked, path))) return 'different';
    return this.accepted.some((marked) => covers(marked, path)) ? 'accepted' : 'forgiven';
  }

  /** The mark of a header: its own, or that of a cookie that it sets. */
  header(name: string): Mark {
    const isOf = (path: string): boolean =>
      path === `header ${name}` || (name === 'set-cookie' && path.startsWith('cookie '));
    if (this.different.some(isOf)) return 'different';
    return this.accepted.some(isOf) ? 'accepted' : 'forgiven';
  }

  /** The mark of a text body, whose differences name at most a line. */
  text(): Mark {
    const isBody = (path: string): boolean => path === 'body' || path.startsWith('body ');
    if (this.different.some(isBody)) return 'different';
    return this.accepted.some(isBody) ? 'accepted' : 'forgiven';
  }
}

function covers(marked: string, path: string): boolean {
  if (marked === 'body' || marked === path) return true;
  return path.startsWith(marked) && /^[.[]/.test(path.slice(marked.length));
}

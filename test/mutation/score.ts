import type { MutantResult } from '@stryker-mutator/api/core';

/** One change of one file, and whether a test noticed. */
export interface Mutant {
  readonly status: MutantResult['status'];
  readonly line: number;
  /** The line of the source on which it begins, trimmed. */
  readonly source: string;
  /** `original => replacement`, white space made one. */
  readonly change: string;
}

/** Survivors on one line of the source that no test can kill, or none should. Found by their text, so that lines may move. */
export interface Declared {
  /** The line, trimmed. */
  readonly source: string;
  /** As the command prints them. */
  readonly changes: readonly string[];
  readonly reason: string;
}

export interface Score {
  readonly killed: number;
  /** Noticed only by never ending; not counted as killed. */
  readonly timedOut: number;
  readonly survivors: readonly Mutant[];
  readonly declared: readonly (Mutant & { readonly reason: string })[];
  /** Declared, but no longer a survivor. */
  readonly stale: readonly Pick<Mutant, 'source' | 'change'>[];
  /** Wording of messages, and what cannot be compiled. */
  readonly leftOut: number;
  /** Killed of killed, timed out and surviving, in per cent. Declared survivors are out of the count. */
  readonly percent: number;
  readonly percentWithTimeouts: number;
}

/** Counts mutants; a survivor is forgiven only by the declaration of that very change. Pure. */
export function scoreOf(mutants: readonly Mutant[], declarations: readonly Declared[]): Score {
  const has = (...statuses: Mutant['status'][]) => mutants.filter(({ status }) => statuses.includes(status));
  const killed = has('Killed').length;
  const timedOut = has('Timeout').length;
  const alive = has('Survived', 'NoCoverage');
  const reasonOf = ({ source, change }: Mutant) =>
    declarations.find((declared) => declared.source === source && declared.changes.includes(change))?.reason;
  const survivors = alive.filter((mutant) => reasonOf(mutant) === undefined);
  const declared = alive.flatMap((mutant) => {
    const reason = reasonOf(mutant);
    return reason === undefined ? [] : [{ ...mutant, reason }];
  });
  const stale = declarations
    .flatMap(({ source, changes }) => changes.map((change) => ({ source, change })))
    .filter(({ source, change }) => !alive.some((mutant) => mutant.source === source && mutant.change === change));
  const counted = killed + timedOut + survivors.length;
  const percent = (part: number) => (counted === 0 ? 100 : (part / counted) * 100);
  return {
    killed,
    timedOut,
    survivors,
    declared,
    stale,
    leftOut: mutants.length - killed - timedOut - alive.length,
    percent: percent(killed),
    percentWithTimeouts: percent(killed + timedOut),
  };
}

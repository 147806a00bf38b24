import { ANSWERS } from './answers';
import { AUTHORIZER } from './authorizer';
import { Refuted, type ProbeApi } from './probe-api';
import { REQUESTS } from './requests';
import type { Semantic } from './row';

export { connectProbe, type ProbeApi } from './probe-api';

/** Every assumption about API Gateway that the proxy, the functions and the local gateway rest on, in the order of a request. */
export const SEMANTICS: readonly Semantic[] = [...REQUESTS, ...AUTHORIZER, ...ANSWERS];

/** What a gateway has said to a row. */
export interface JudgedRow {
  readonly behaviour: string;
  readonly verdict: 'confirmed' | 'refuted' | 'not tried';
  /** What was found instead, or why no one has asked. */
  readonly why?: string;
}

/** Asks a gateway every row, one after the other, so that none slows another down. Never rejects; once `signal` is aborted, the rest is not tried. */
export async function judgeSemantics(
  api: ProbeApi,
  {
    signal,
    onRow = () => undefined,
  }: { readonly signal?: AbortSignal; readonly onRow?: (row: JudgedRow) => void } = {},
): Promise<readonly JudgedRow[]> {
  const rows: JudgedRow[] = [];
  for (const { behaviour, probe } of SEMANTICS) {
    const row = { behaviour, ...(signal?.aborted === true ? STOPPED : await judge(probe, api)) };
    rows.push(row);
    onRow(row);
  }
  return rows;
}

const STOPPED = { verdict: 'not tried', why: 'it was stopped before' } as const;

async function judge(probe: Semantic['probe'], api: ProbeApi): Promise<Omit<JudgedRow, 'behaviour'>> {
  if (typeof probe === 'string') return { verdict: 'not tried', why: probe };
  try {
    await probe(api);
    return { verdict: 'confirmed' };
  } catch (error) {
    // No answer at all says nothing about the row.
    const why = error instanceof Error ? error.message : String(error);
    return { verdict: error instanceof Refuted ? 'refuted' : 'not tried', why };
  }
}

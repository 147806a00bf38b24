import { oneLine } from '../../shared/printable';
import type { GateAnswer } from './decide';

/** What a gate is asked, as JSON. */
export interface GateQuestion {
  readonly route: string;
  /** Shares in percent. */
  readonly from: number;
  readonly to: number;
  readonly versions: { readonly legacy: string; readonly lambda: string };
}

const TIMEOUT = 5_000;
/** Of an answer that says no: its reason is in the first line. */
const MAX_BODY_BYTES = 1_000;
const MAX_REASON = 200;

/** Asks whether a route may go on. 200 is yes, anything else is not yet, with what it says as the reason. Never rejects. */
export async function askGate(
  gate: string,
  question: GateQuestion,
  { timeout = TIMEOUT, signal }: { readonly timeout?: number; readonly signal?: AbortSignal } = {},
): Promise<GateAnswer> {
  const { host } = new URL(gate);
  const limit = AbortSignal.timeout(timeout);
  try {
    const response = await fetch(gate, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(question),
      // A redirect would turn the POST into a GET of somewhere else.
      redirect: 'error',
      signal: signal === undefined ? limit : AbortSignal.any([limit, signal]),
    });
    if (response.status === 200) {
      await response.body?.cancel();
      return { isOpen: true };
    }
    const said = oneLine(await beginningOf(response), MAX_REASON);
    return { isOpen: false, why: `the gate ${host} answered ${response.status}${said === '' ? '' : `: ${said}`}` };
  } catch {
    // The cause may name the whole URL.
    return {
      isOpen: false,
      why: `the gate ${host} ${limit.aborted ? `gave no answer within ${timeout} ms` : 'cannot be asked'}`,
    };
  }
}

async function beginningOf({ body }: Response): Promise<string> {
  if (body === null) return '';
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  // Leaving the loop cancels the rest.
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= MAX_BODY_BYTES) break;
  }
  return Buffer.concat(chunks).subarray(0, MAX_BODY_BYTES).toString().split('\n', 1)[0] ?? '';
}

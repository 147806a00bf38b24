import { run } from '../../proxy/cli/program';
import type { Environment } from '../../shared/env';

export interface RanBanyan {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command line of `banyan` in this process, as without a terminal. */
export async function runBanyan(argv: readonly string[], env: Environment, now = new Date()): Promise<RanBanyan> {
  let [out, err] = ['', ''];
  const exitCode = await run(argv, {
    env,
    readInput: () => Promise.resolve(''),
    write: (text) => (out += text),
    writeError: (text) => (err += text),
    now: () => now,
  });
  return { exitCode, out, err };
}

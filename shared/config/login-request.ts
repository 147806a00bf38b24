import type { ParityIdentity } from './types';

/** What logs an identity in. */
export interface LoginRequest {
  readonly method: string;
  /** Without query. */
  readonly path: string;
  /** Fields as they are written: some stand for what an earlier step has extracted. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Of an identity of kind `steps`, the last request with a body; undefined for others. */
export function loginRequest(identity: ParityIdentity): LoginRequest | undefined {
  const last = identity.kind === 'steps' ? identity.steps.findLast(({ form, json }) => form ?? json) : undefined;
  if (last === undefined) return undefined;
  const [method = '', target = ''] = last.request.split(' ', 2);
  const fields = last.form ?? last.json;
  return { method, path: target.split('?', 1)[0] ?? '', fields: typeof fields === 'object' ? { ...fields } : {} };
}

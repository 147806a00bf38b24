import type { CaseRequest, ParityCase } from 'banyan-strangler/parity';

/** A plain GET that everybody of the account may send. */
export const get = (name: string, path: string, more: Partial<ParityCase> = {}): ParityCase => ({
  name,
  request: { path },
  status: 200,
  ...more,
});

/** A request with a JSON body, spread into a case's `request`. */
export function jsonBody(value: unknown): Pick<CaseRequest, 'headers'> & { readonly body: string } {
  return { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(value) };
}

import banyan from '../../banyan.config';
import type { Difference, ObservedResponse } from '../../shared/parity/exchange';
import type { Credentials } from './identities';
import { send, sendRaw, type CaseRequest } from './send';

/** Statuses that legacy must give, so that a case cannot pass by failing alike on both sides. */
export type ExpectedStatus = number | Readonly<Record<string, number>>;

/** One request, sent as each identity to both sides. */
export interface ParityCase {
  readonly name: string;
  readonly request: Partial<CaseRequest> & Pick<CaseRequest, 'path'>;
  /** Sent byte by byte instead: request line and header lines; the identity's headers are added. */
  readonly raw?: readonly string[];
  readonly status: ExpectedStatus;
  /** Default: all of `banyan.config.ts`, where `status` is by identity: those named there. */
  readonly identities?: readonly string[];
  /** Why the case is not sent to the gateway itself: what the proxy absorbs or keeps on legacy. */
  readonly onlyThroughProxy?: string;
  /** Which side must answer through the proxy when the route is on Lambda; default lambda. */
  readonly answeredBy?: 'legacy' | 'lambda' | Readonly<Record<string, 'legacy' | 'lambda'>>;
}

/** A request with a JSON body, spread into a case's `request`. */
export function jsonBody(value: unknown): Pick<CaseRequest, 'headers'> & { readonly body: string } {
  return { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(value) };
}

/** Who must answer through the proxy when the route is on Lambda. */
export function answeredBy(parityCase: ParityCase, identity: string): 'legacy' | 'lambda' {
  const side = parityCase.answeredBy ?? 'lambda';
  return typeof side === 'string' ? side : (side[identity] ?? 'lambda');
}

/** As whom a case is sent. */
export function identitiesOf({ identities, status }: ParityCase): readonly string[] {
  return identities ?? (typeof status === 'number' ? ['member'] : Object.keys(status));
}

export function expectedStatus({ status }: ParityCase, identity: string): number | undefined {
  return typeof status === 'number' ? status : status[identity];
}

/** Demands that a route is asked as everybody of `banyan.config.ts`. */
export function itIsAskedAsEverybody(cases: readonly ParityCase[]): void {
  it('is asked as everybody', () => {
    expect(cases.flatMap(identitiesOf)).toEqual(expect.arrayContaining(Object.keys(banyan.parity.identities)));
  });
}

/** Sends a case as somebody. */
export function sendCase(
  baseUrl: string,
  { request, raw }: ParityCase,
  credentials: Credentials,
): Promise<ObservedResponse> {
  if (raw === undefined) {
    const headers = { ...credentials, ...request.headers };
    return send(baseUrl, { method: 'GET', ...request, headers });
  }
  const lines = Object.entries(credentials).map(([name, value]) => `${name}: ${value}`);
  return sendRaw(baseUrl, [...raw, ...lines], request.body);
}

/** Straight from the gateway, before the proxy has taken off what AWS adds: its ids, and a type for answers without a body. */
export function withoutAddedByAws(
  differences: readonly Difference[],
  { statusCode }: ObservedResponse,
): readonly Difference[] {
  const added =
    statusCode === 304 || statusCode === 204 ? /^header (x-amzn-|x-amz-|content-type)/ : /^header (x-amzn-|x-amz-)/;
  return differences.filter(({ path, kind }) => !(kind === 'unexpected' && added.test(path)));
}

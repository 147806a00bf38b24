import type { ComparisonObservation, Observer, RequestObservation, ShadowDropReason } from '../../proxy/observation';

/** Keeps what the proxy tells its observers. */
export interface CapturedObservations extends Observer {
  readonly requests: RequestObservation[];
  readonly comparisons: ComparisonObservation[];
  readonly dropped: ShadowDropReason[];
  readonly refusals: { readonly routeId: string; readonly statusCode: number; readonly isShared: boolean }[];
}

export function capturedObservations(): CapturedObservations {
  const requests: RequestObservation[] = [];
  const comparisons: ComparisonObservation[] = [];
  const dropped: ShadowDropReason[] = [];
  const refusals: { routeId: string; statusCode: number; isShared: boolean }[] = [];
  return {
    requests,
    comparisons,
    dropped,
    refusals,
    request: (observation) => void requests.push(observation),
    unlisted: () => undefined,
    comparison: (observation) => void comparisons.push(observation),
    refusal: (routeId, statusCode, isShared) => void refusals.push({ routeId, statusCode, isShared }),
    shadowDropped: (_routeId, reason) => void dropped.push(reason),
  };
}

import type { ComparisonObservation, Observer, RequestObservation, ShadowDropReason } from '../../proxy/observation';

/** Keeps what the proxy tells its observers. */
export interface CapturedObservations extends Observer {
  readonly requests: RequestObservation[];
  readonly comparisons: ComparisonObservation[];
  readonly dropped: ShadowDropReason[];
}

export function capturedObservations(): CapturedObservations {
  const requests: RequestObservation[] = [];
  const comparisons: ComparisonObservation[] = [];
  const dropped: ShadowDropReason[] = [];
  return {
    requests,
    comparisons,
    dropped,
    request: (observation) => void requests.push(observation),
    unlisted: () => undefined,
    comparison: (observation) => void comparisons.push(observation),
    refusal: () => undefined,
    shadowDropped: (_routeId, reason) => void dropped.push(reason),
  };
}

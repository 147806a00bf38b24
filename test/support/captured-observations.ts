import type {
  ComparisonObservation,
  Observer,
  RefusalObservation,
  RequestObservation,
  ShadowDropReason,
} from '../../proxy/observation';

/** Keeps what the proxy tells its observers. */
export interface CapturedObservations extends Observer {
  readonly requests: RequestObservation[];
  readonly comparisons: ComparisonObservation[];
  readonly dropped: ShadowDropReason[];
  readonly refusals: RefusalObservation[];
}

export function capturedObservations(): CapturedObservations {
  const requests: RequestObservation[] = [];
  const comparisons: ComparisonObservation[] = [];
  const dropped: ShadowDropReason[] = [];
  const refusals: RefusalObservation[] = [];
  return {
    requests,
    comparisons,
    dropped,
    refusals,
    request: (observation) => void requests.push(observation),
    unlisted: () => undefined,
    comparison: (observation) => void comparisons.push(observation),
    refusal: (observation) => void refusals.push(observation),
    shadowDropped: (_routeId, reason) => void dropped.push(reason),
  };
}

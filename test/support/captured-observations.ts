import type {
  ComparisonObservation,
  NoisePlace,
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
  /** Of what was dropped as noise. */
  readonly noise: NoisePlace[];
  readonly refusals: RefusalObservation[];
}

export function capturedObservations(): CapturedObservations {
  const requests: RequestObservation[] = [];
  const comparisons: ComparisonObservation[] = [];
  const dropped: ShadowDropReason[] = [];
  const noise: NoisePlace[] = [];
  const refusals: RefusalObservation[] = [];
  return {
    requests,
    comparisons,
    dropped,
    noise,
    refusals,
    request: (observation) => void requests.push(observation),
    unlisted: () => undefined,
    comparison: (observation) => void comparisons.push(observation),
    refusal: (observation) => void refusals.push(observation),
    shadowDropped(_routeId, reason, _client, places = []) {
      dropped.push(reason);
      noise.push(...places);
    },
  };
}

import { describeDifference, type Difference } from '../../../shared/parity/exchange';
import { judgeObservations, type JudgeOptions, type Observation } from '../../../proxy/parity/observe';

/** What `toMatchLegacy()` judges: the same request on both sides. */
export interface Exchange extends JudgeOptions {
  readonly control: Observation;
  readonly candidate: Observation;
  /** Differences that concern the candidate's way alone, such as headers that the proxy would take off. */
  readonly forgive?: (difference: Difference, control: Observation) => boolean;
}

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- Jest's own way to add a matcher
  namespace jest {
    interface Matchers<R> {
      /**
       * Passes when no client could tell the candidate's answer, and what it did to the data, from legacy's. To be awaited.
       * A failure has one line for each difference.
       */
      toMatchLegacy(): Promise<R>;
    }
  }
}

expect.extend({
  async toMatchLegacy(exchange: Exchange) {
    const { control, candidate, forgive = () => false, ...options } = exchange;
    const { differences } = await judgeObservations(control, candidate, options);
    const left = differences.filter((difference) => !forgive(difference, control));
    const { method, path } = control.request;
    const lines = left.map((difference) => `  ${describeDifference(difference)}`);
    return {
      pass: left.length === 0,
      message: () =>
        left.length === 0
          ? `${method} ${path}: expected a client to see a difference, but there is none`
          : [`${method} ${path}: a client can tell the candidate from legacy`, ...lines].join('\n'),
    };
  },
});

/** Straight from the gateway, before the proxy has taken off what AWS adds: its ids, and a type for answers without a body. */
export function isAddedByAws({ path, kind }: Difference, { response }: Observation): boolean {
  const isEmpty = response.statusCode === 304 || response.statusCode === 204;
  return (
    kind === 'unexpected' && (isEmpty ? /^header (x-amzn-|x-amz-|content-type)/ : /^header (x-amzn-|x-amz-)/).test(path)
  );
}

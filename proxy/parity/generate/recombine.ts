import type { Random } from './random';
import { hasBody, splitTarget, withHeaders, withPath, withQuery, type DraftRequest, type Variation } from './variation';

/** One of the other requests that has what is wanted; the request itself when none has. */
function another(
  request: DraftRequest,
  random: Random,
  siblings: readonly DraftRequest[],
  isFit: (sibling: DraftRequest) => boolean,
): DraftRequest {
  const fit = siblings.filter(isFit);
  return fit.length === 0 ? request : random.pick(fit);
}

const pathOf = ({ path }: DraftRequest): string => splitTarget(path).path;
const queryOf = ({ path }: DraftRequest): string => splitTarget(path).query;

/** Parts of other known cases of the route, put together anew: other ids, filters and bodies that mean something there. */
export const RECOMBINATIONS: readonly Variation[] = [
  {
    name: 'the path of another case',
    group: 'path',
    apply(request, random, siblings) {
      const other = another(request, random, siblings, (one) => pathOf(one) !== pathOf(request));
      return withPath(request, () => pathOf(other));
    },
  },
  {
    name: 'the query of another case',
    group: 'query',
    apply(request, random, siblings) {
      const other = another(request, random, siblings, (one) => queryOf(one) !== queryOf(request));
      return withQuery(request, () => queryOf(other));
    },
  },
  {
    name: 'also the query of another case',
    group: 'query',
    apply(request, random, siblings) {
      const other = another(request, random, siblings, (one) => queryOf(one) !== queryOf(request));
      return withQuery(request, (query) => [query, queryOf(other)].filter((part) => part !== '').join('&'));
    },
  },
  {
    name: 'the body of another case',
    group: 'body',
    applies: hasBody,
    apply(request, random, siblings) {
      const other = another(request, random, siblings, (one) => hasBody(one) && one.body !== request.body);
      const ofBody = Object.entries(other.headers).filter(([name]) => /^content-/i.test(name));
      return { ...withHeaders(request, Object.fromEntries(ofBody)), ...(hasBody(other) && { body: other.body }) };
    },
  },
];

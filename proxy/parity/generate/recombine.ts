import { hasBody, splitTarget, withHeaders, withPath, withQuery, type DraftRequest, type Variation } from './variation';

const pathOf = ({ path }: DraftRequest): string => splitTarget(path).path;
const queryOf = ({ path }: DraftRequest): string => splitTarget(path).query;

/** Takes a part of one of the other requests that has another one there; nothing changes when none has. */
const ofAnother = (
  [what, group]: readonly [what: string, group: Variation['group']],
  isOther: (sibling: DraftRequest, request: DraftRequest) => boolean,
  take: (request: DraftRequest, other: DraftRequest) => DraftRequest,
): Variation => ({
  name: `${what} of another case`,
  group,
  apply(request, random, siblings) {
    const fit = siblings.filter((sibling) => isOther(sibling, request));
    return take(request, fit.length === 0 ? request : random.pick(fit));
  },
});
const hasOtherQuery = (one: DraftRequest, request: DraftRequest): boolean => queryOf(one) !== queryOf(request);

/** Parts of other known cases of the route, put together anew: other ids, filters and bodies that mean something there. */
export const RECOMBINATIONS: readonly Variation[] = [
  ofAnother(
    ['the path', 'path'],
    (one, request) => pathOf(one) !== pathOf(request),
    (request, other) => withPath(request, () => pathOf(other)),
  ),
  ofAnother(['the query', 'query'], hasOtherQuery, (request, other) => withQuery(request, () => queryOf(other))),
  ofAnother(['also the query', 'query'], hasOtherQuery, (request, other) =>
    withQuery(request, (query) => [query, queryOf(other)].filter((part) => part !== '').join('&')),
  ),
  {
    ...ofAnother(
      ['the body', 'body'],
      (one, request) => hasBody(one) && one.body !== request.body,
      (request, other) => {
        const ofBody = Object.entries(other.headers).filter(([name]) => /^content-/i.test(name));
        return { ...withHeaders(request, Object.fromEntries(ofBody)), ...(hasBody(other) && { body: other.body }) };
      },
    ),
    applies: hasBody,
  },
];

import { counted } from '../statistics/counted';
import type { ExportedRoute } from './decide';

/** What a client may notice of any front that is not the proxy, and what its operators lose. */
export const NOTICED = [
  'answers carry "Server: nginx"; nginx words its own 400, 408, 414, 502 and 504 pages',
  'paths that nginx cannot decode or that leave the root are 400, TRACE and CONNECT 405, on legacy too',
  'trailers and informational answers (103) end at nginx',
  'repeated request headers reach API Gateway as sent, other than Cookie; of X-Amz-* and X-Amzn-* the documented ones are dropped',
  'a session that Lambda refuses is asked of legacy each time, and so is every safe request while Lambda fails: there is no retry budget',
  'no guard, kill switch, comparison, recording or metric: to return a route, change its stage, export again and reload nginx',
] as const;

/** In lines: how many routes go where, and what keeps a route that is done by its stage behind the proxy. */
export function describeExport(exported: readonly ExportedRoute[]): readonly string[] {
  const to = (side: ExportedRoute['to']): number => exported.filter((route) => route.to === side).length;
  const byReason = new Map<string, string[]>();
  for (const { route, refusedBecause } of exported)
    for (const reason of refusedBecause) byReason.set(reason, [...(byReason.get(reason) ?? []), route.id]);
  const refused = exported.filter(({ refusedBecause }) => refusedBecause.length > 0).length;
  return [
    `${counted(to('lambda'), 'route')} to API Gateway; ${to('banyan')} through Banyan, of which ${refused} refused; ${to('legacy')} and all that is not listed to legacy`,
    ...[...byReason].map(([reason, ids]) => `refused ${ids.join(', ')}: ${reason}`),
  ];
}

import type { ParityCase } from 'banyan-strangler/parity';
import { get } from './requests';

const day = (offset: number): string => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);

/** The queries that both metrics routes understand, right and wrong. */
export const metricsQueries = (path: string): ParityCase[] => [
  get('by week', `${path}?interval=week`, { status: { member: 200, organiser: 200 } }),
  get('by week, half a year', `${path}?interval=week&from=${day(-180)}&to=${day(1)}`),
  get('by day', `${path}?interval=day`),
  get('a range', `${path}?from=${day(-20)}&to=${day(-5)}`),
  get('from only', `${path}?from=${day(-50)}&interval=week`),
  get('to only', `${path}?to=${day(-10)}`),
  get('a range without activity', `${path}?from=2001-01-01&to=2001-02-01`),
  get('weeks around new year', `${path}?from=2024-12-20&to=2025-01-10&interval=week`),
  get('every fault at once', `${path}?interval=month&from=yesterday&to=2026-02-30`, { status: 400 }),
  get('from after to', `${path}?from=2026-02-02&to=2026-02-01`, { status: 400 }),
  get('from and to alike', `${path}?from=2026-02-01&to=2026-02-01`, { status: 400 }),
  get('a day', `${path}?from=${day(-3)}&to=${day(-2)}`),
  get('today', `${path}?from=${day(0)}`),
  ...['2026-2-01', 'x2026-02-01', '2026-02-01x', '', '02026-02-01'].map((from) =>
    get(`from "${from}"`, `${path}?from=${from}`, { status: 400 }),
  ),
  get('repeated parameters', `${path}?from=2026-02-02&from=2026-02-01`, { status: 400 }),
  get('nested parameters', `${path}?from[$gt]=2026-02-02&interval[]=day`, { status: 400 }),
  get('other case and a slash (trap 5)', `${path.toUpperCase()}/`, {
    onlyThroughProxy: 'the proxy spells it as deployed',
  }),
  {
    name: 'HEAD (trap 1)',
    request: { method: 'HEAD', path },
    status: { member: 200, anonymous: 401 },
    onlyThroughProxy: 'API Gateway refuses HEAD',
  },
  { name: 'If-None-Match (trap 13)', request: { path, headers: { 'If-None-Match': '*' } }, status: 304 },
];

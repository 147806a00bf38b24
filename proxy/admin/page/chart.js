import { clock } from './dom.js';
import uPlot from './uplot.js';

/** @import { Detail, Row, State } from './types' */

/**
 * Draws both sides' p50 and p99, small in a row or large in its details.
 *
 * @param {Row['charts']} charts keeps what is drawn
 * @param {Element | null} element
 * @param {Detail['series']} series
 * @param {Pick<State, 'now' | 'span'> & { isLarge: boolean }} options
 */
export function plot(charts, element, series, { now, span, isLarge }) {
  const times = series.legacy.p50.map((_, i) => (now - (series.legacy.p50.length - 1 - i) * span) / 1000);
  const curves = [series.legacy.p50, series.legacy.p99, series.lambda.p50, series.lambda.p99].map((one) => [...one]);
  /** @type {import('uplot').AlignedData} */
  const data = [times, ...curves];
  const key = isLarge ? 'large' : 'small';
  const existing = charts.get(key);
  if (existing !== undefined) {
    existing.setData(data);
    return;
  }
  if (!(element instanceof HTMLElement)) return;
  const style = getComputedStyle(document.documentElement);
  /** @param {string} name */
  const color = (name) => style.getPropertyValue(name).trim();
  const [grey, blue] = [color('--legacy'), color('--lambda')];
  /** @type {(label: string, stroke: string, line?: 'dashed') => import('uplot').Series} */
  const curve = (label, stroke, line) => ({
    label,
    stroke,
    width: 1.5,
    spanGaps: true,
    points: { show: isLarge, size: 3 },
    ...(line && { dash: [4, 3] }),
  });
  const axis = { stroke: color('--soft'), grid: { stroke: color('--line'), width: 1 }, ticks: { show: false } };
  /** @type {import('uplot').Options} */
  const options = {
    width: isLarge ? Math.max(element.clientWidth, 260) : 170,
    height: isLarge ? 180 : 44,
    legend: { show: false },
    cursor: { show: false },
    padding: isLarge ? [8, 12, 0, 0] : [4, 6, 4, 2],
    scales: { y: { range: (_plot, _min, max) => [0, Math.max(max, 1) * 1.1] } },
    axes: isLarge
      ? [
          { ...axis, values: (_plot, seconds) => seconds.map((second) => clock(second * 1000)) },
          { ...axis, size: 60, values: (_plot, values) => values.map((value) => `${value} ms`) },
        ]
      : [{ show: false }, { show: false }],
    series: [
      {},
      curve('legacy p50', grey),
      curve('legacy p99', grey, 'dashed'),
      curve('lambda p50', blue),
      curve('lambda p99', blue, 'dashed'),
    ],
  };
  // A single answer is no line yet.
  const isSparse = curves.every((values) => values.filter((value) => value !== null).length < 2);
  if (isSparse) for (const one of options.series.slice(1)) one.points = { show: true, size: 4 };
  charts.set(key, new uPlot(options, data, element));
}

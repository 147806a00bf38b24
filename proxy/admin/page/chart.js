import { clock } from './dom.js';
import uPlot from './uplot.js';

/** Draws both sides' p50 and p99, small in a row or large in its details. `charts` keeps what is drawn. */
export function plot(charts, element, series, { now, span, isLarge }) {
  const times = series.legacy.p50.map((_, i) => (now - (series.legacy.p50.length - 1 - i) * span) / 1000);
  const data = [times, series.legacy.p50, series.legacy.p99, series.lambda.p50, series.lambda.p99];
  const key = isLarge ? 'large' : 'small';
  const existing = charts.get(key);
  if (existing !== undefined) {
    existing.setData(data);
    return;
  }
  const style = getComputedStyle(document.documentElement);
  const [grey, blue, soft, line] = ['--legacy', '--lambda', '--soft', '--line'].map((name) =>
    style.getPropertyValue(name).trim(),
  );
  const curve = (label, stroke, dash) => ({
    label,
    stroke,
    width: 1.5,
    spanGaps: true,
    points: { show: isLarge, size: 3 },
    ...(dash && { dash: [4, 3] }),
  });
  const axis = { stroke: soft, grid: { stroke: line, width: 1 }, ticks: { show: false } };
  const options = {
    width: isLarge ? Math.max(element.clientWidth, 260) : 170,
    height: isLarge ? 180 : 44,
    legend: { show: false },
    cursor: { show: false },
    padding: isLarge ? [8, 12, 0, 0] : [4, 6, 4, 2],
    scales: { y: { range: (_plot, _min, max) => [0, Math.max(max ?? 1, 1) * 1.1] } },
    axes: isLarge
      ? [
          { ...axis, values: (_plot, seconds) => seconds.map((second) => clock(second * 1000)) },
          { ...axis, size: 60, values: (_plot, values) => values.map((value) => `${value} ms`) },
        ]
      : [{ show: false }, { show: false }],
    series: [
      {},
      curve('legacy p50', grey),
      curve('legacy p99', grey, true),
      curve('lambda p50', blue),
      curve('lambda p99', blue, true),
    ],
  };
  // A single answer is no line yet.
  const isSparse = data.slice(1).every((values) => values.filter((value) => value !== null).length < 2);
  if (isSparse) for (const one of options.series.slice(1)) one.points = { show: true, size: 4 };
  charts.set(key, new uPlot(options, data, element));
}

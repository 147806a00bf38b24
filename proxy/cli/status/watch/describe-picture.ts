import { oneLine } from '../../../../shared/printable';
import { describeFleet } from '../../../fleet/fleet';
import { overrideOf, shareInForce } from '../../../overrides/state';
import type { Route } from '../../../route-table/route';
import { STAGES } from '../../../route-table/schema';
import { counted } from '../../../statistics/counted';
import { alignColumns } from '../../align-columns';
import { formatDuration } from '../../duration';
import type { Picture } from './picture';

interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** Lines that fit a terminal: what is wrong, the routes with traffic, the proxies. `problem` says why nothing newer is known. Pure. */
export function drawPicture(picture: Picture, { columns, rows }: Size, problem?: string): readonly string[] {
  const { at, routes, state, rates, fleet, lastBreach } = picture;
  const ago = (since: Date) => `${formatDuration(at.getTime() - since.getTime())} ago`;
  const [running = '', ...faults] = describeFleet(fleet);
  const { killSwitch } = state;
  const head = [
    `banyan status  ${at.toISOString().slice(11, 19)} UTC  ${running}`,
    ...(problem === undefined ? [] : [`NOT CURRENT: ${problem}`]),
    ...(killSwitch === undefined
      ? []
      : [`KILL SWITCH ON: ${killSwitch.why} (${killSwitch.by}, ${ago(killSwitch.since)})`]),
    ...[...state.lowered].map(([id, { why, by, since }]) => `ROLLED BACK ${id}: ${why} (${by}, ${ago(since)})`),
    ...faults,
  ].flatMap((line) => wrap(line, columns));
  const isBusy = ({ id }: Route) => state.lowered.has(id) || (rates.get(id)?.perSecond ?? 0) > 0;
  const busy = routes.filter(isBusy);
  const idle = routes.filter((route) => !isBusy(route)).map(({ stage }) => stage);
  const stages = STAGES.map((stage) => [idle.filter((other) => other === stage).length, stage] as const);
  const idleStages = stages.filter(([count]) => count > 0).map(([count, stage]) => `${count} ${stage}`);
  const foot = [
    ...(idle.length === 0 ? [] : [`${counted(idle.length, 'route')} without requests: ${idleStages.join(', ')}`]),
    ...(lastBreach === undefined
      ? []
      : [`last breach: ${oneLine(lastBreach.routeId, 64)}, ${ago(lastBreach.at)}: ${oneLine(lastBreach.why, 500)}`]),
  ].flatMap((line) => wrap(line, columns));
  const room = Math.max(3, rows - head.length - foot.length - 4);
  const shown = busy.length > room ? busy.slice(0, room - 1) : busy;
  const table = busy.length === 0 ? [] : tableOf(shown, picture, columns);
  const rest = busy.length - shown.length;
  return [
    ...head,
    '',
    ...table,
    ...(rest === 0 ? [] : [`and ${counted(rest, 'route')} more`]),
    ...(table.length === 0 ? [] : ['']),
    ...foot,
  ]
    .slice(0, Math.max(1, rows - 1))
    .map((line) => cut(line, columns));
}

function tableOf(routes: readonly Route[], picture: Picture, columns: number): readonly string[] {
  const header = ['stage', 'lambda', 'req/s', 'errors'];
  const cells = routes.map((route) => {
    const rate = picture.rates.get(route.id);
    const errors = [rate?.errors.legacy, rate?.errors.lambda].map(percent).join('/');
    return [stageOf(route, picture), percent(rate?.lambda), (rate?.perSecond ?? 0).toFixed(1), errors];
  });
  const others = alignColumns([header, ...cells])
    .trimEnd()
    .split('\n');
  const widest = Math.max(...others.map((line) => line.length));
  const names = ['route', ...routes.map(({ id }) => id)];
  const width = Math.max(8, Math.min(columns - widest - 2, Math.max(...names.map((name) => name.length))));
  return names.map((name, index) => `${cut(name, width).padEnd(width)}  ${others[index] ?? ''}`);
}

/** What decides about a route now. */
function stageOf(route: Route, { state }: Picture): string {
  const { id, stage } = route;
  const reason = stage === 'legacy' ? undefined : overrideOf(state, id, stage);
  return reason ?? (stage === 'canary' ? `${stage} ${shareInForce(state, route)} %` : stage);
}

function percent(share: number | undefined): string {
  if (share === undefined) return '-';
  // Not the same as none, or all.
  if (share > 0 && share < 0.01) return '<1 %';
  return share < 1 && share > 0.99 ? '>99 %' : `${Math.round(share * 100)} %`;
}

/** What has changed, a line each; at first (`before` undefined) what is not as the route table says. Rates are none. Pure. */
export function describeChanges(before: Picture | undefined, after: Picture): readonly string[] {
  const { state, routes } = after;
  const was = new Map(before?.routes.map((route) => [route.id, stageOf(route, before)]));
  const moved = routes.flatMap((route) => {
    const [from, to] = [was.get(route.id), stageOf(route, after)];
    const lowering = state.lowered.get(route.id);
    if (from === to || (before === undefined && lowering === undefined)) return [];
    const why = to !== 'rolled-back' || lowering === undefined ? '' : `: ${lowering.why} (${lowering.by})`;
    return [`${route.id}: ${from === undefined ? '' : `${from} -> `}${to}${why}`];
  });
  const gone = [...was.keys()].filter((id) => !routes.some((route) => route.id === id));
  const { killSwitch } = state;
  const isSwitched = (before?.state.killSwitch === undefined) !== (killSwitch === undefined);
  return [
    ...(isSwitched
      ? [`kill switch ${killSwitch === undefined ? 'off' : `ON: ${killSwitch.why} (${killSwitch.by})`}`]
      : []),
    ...moved,
    ...gone.map((id) => `${id}: no longer listed`),
    ...(before !== undefined && fleetKey(before) === fleetKey(after) ? [] : [describeFleet(after.fleet).join('; ')]),
  ];
}

/** Without what changes from second to second. */
function fleetKey({ fleet }: Picture): string {
  return JSON.stringify(fleet.proxies.map(({ _id, state, differs }) => [_id, state, differs]));
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}

/** Breaks a line at blanks; what follows is indented. */
function wrap(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line.trim() !== '' && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = `  ${word}`;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

import { createHash } from 'node:crypto';
import type { Difference } from '../../../../shared/parity/exchange';
import {
  isClean,
  VERDICTS,
  type CaseResult,
  type ParityRun,
  type ReportedResponse,
  type RouteResult,
  type RuleReference,
} from '../../../../shared/parity/result';
import { counted } from '../../../statistics/counted';
import { toCurl } from '../curl';
import { bodyRows, headRows } from './exchange-rows';
import { Marks, type Mark, type Row } from './marks';
import { html, type Markup, type Part } from './markup';
import { PAGE_STYLE } from './page-style';

const SIGNS: Readonly<Record<Mark | CaseResult['verdict'], string>> = {
  different: '✗',
  accepted: '≈',
  equal: '✓',
  skipped: '–',
  forgiven: '~',
};
const ORDER: readonly CaseResult['verdict'][] = ['different', 'accepted', 'skipped', 'equal'];

/** A run as one page without scripts, pictures or requests, which its policy would refuse (Content Security Policy 3). */
export function toHtml(run: ParityRun): string {
  const policy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(PAGE_STYLE).digest('base64')}'`;
  const { ruleFaults, notRun } = run;
  const head = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Parity report</title>
<style>${PAGE_STYLE}</style>
`;
  const body = html`<h1>Parity report</h1>
    ${outcome(run)}
    <p class="soft">
      control ${run.control.name} ${run.control.url}<br />candidate ${run.candidate.name} ${run.candidate.url}<br />
      ${run.startedAt}${run.seed === undefined ? '' : `, seed ${run.seed}`}
    </p>
    ${summary(run)} ${list('Faults in the rules', ruleFaults)}
    ${list(
      'Not run',
      notRun.map(({ what, reason }) => `${what}: ${reason}`),
    )}
    ${run.routes.map((route, i) => routeSection(route, `route-${i}`, run))}`;
  return `${head}${body.text}\n</html>\n`;
}

function outcome(run: ParityRun): Markup {
  const { totals, ruleFaults } = run;
  const nothing = totals.cases === totals.skipped;
  const tone = !isClean(run) ? 'different' : nothing ? 'skipped' : totals.accepted > 0 ? 'accepted' : 'equal';
  const text =
    totals.different > 0
      ? `${totals.different} of ${counted(totals.cases, 'case')} different`
      : ruleFaults.length > 0
        ? `${counted(ruleFaults.length, 'fault')} in the rules`
        : nothing
          ? 'Nothing was compared'
          : totals.accepted > 0
            ? 'Only accepted differences'
            : 'No difference a client could see';
  return html`<p class="result ${tone}"><b>${SIGNS[tone]} ${text}</b></p>`;
}

function summary({ routes, totals }: ParityRun): Markup {
  const columns = ['cases', ...VERDICTS] as const;
  const numbers = (counts: ParityRun['totals']) => columns.map((name) => counts[name] || '·');
  return html`<table class="summary">
    ${header('route', ...columns)}
    ${routes.map(({ route, counts }, i) => row('', html`<a href="#route-${i}">${route}</a>`, ...numbers(counts)))}
    ${row('', 'all', ...numbers(totals))}
  </table>`;
}

const header = (...names: readonly string[]) =>
  html`<tr>
    ${names.map((name) => html`<th>${name}</th>`)}
  </tr>`;

/** A row of a table, distinguished by its class. */
const row = (tone: string, ...cells: readonly Part[]) =>
  html`<tr class="${tone}">
    ${cells.map((cell) => html`<td>${cell}</td>`)}
  </tr> `;

function list(title: string, lines: readonly string[]): Markup | undefined {
  if (lines.length === 0) return undefined;
  return html`<h2>${title}</h2>
    <ul>
      ${lines.map((line) => html`<li>${line}</li> `)}
    </ul>`;
}

function routeSection({ route, cases }: RouteResult, id: string, run: ParityRun): Markup {
  const worstFirst = [...cases].sort((a, b) => ORDER.indexOf(a.verdict) - ORDER.indexOf(b.verdict));
  return html`<h2 id="${id}">${route}</h2>
    ${worstFirst.map((result) => caseSection(result, run))}`;
}

/** A case without a difference is a line: there is nothing to look at. */
function caseSection(result: CaseResult, run: ParityRun): Markup {
  const { verdict, name, identity, reason, source } = result;
  const line = html`<span class="sign">${SIGNS[verdict]}</span> ${name}
    <span class="soft">as ${identity}${reason === undefined ? '' : `: ${reason}`}</span>`;
  if (verdict === 'equal' || verdict === 'skipped') return html`<div class="case ${verdict}">${line}</div> `;
  const { request, answeredBy, differences, accepted, rules, control, candidate } = result;
  const sides = [run.control, run.candidate];
  return html`<details class="${verdict}">
    <summary>${line}</summary>
    <p class="path">${request.method} ${request.path}</p>
    <p class="soft">from: ${source}${answeredBy === undefined ? '' : `, candidate answered by ${answeredBy}`}</p>
    <table class="wide differences">
      ${header('where', 'what', ...sides.map((side) => side.name))} ${differences.map((found) => differenceRow(found))}
      ${accepted.map((found) => differenceRow(found, found.rule))}
    </table>
    ${control && candidate && exchange(control, candidate, new Marks(result), run)}
    ${list('Rules applied', rules.map(describeRule))}
    ${sides.map(
      ({ name, url }) =>
        html`<h3>Request to ${name}</h3>
          <pre>${toCurl(request, url, identity)}</pre>`,
    )}
  </details> `;
}

function differenceRow(found: Difference, rule?: RuleReference): Markup {
  const { path, kind, control = 'nothing', candidate = 'nothing', controlType, candidateType } = found;
  const note = (text: string) => html` <span class="soft">(${text})</span>`;
  return row(
    rule === undefined ? 'different' : 'accepted',
    html`<span class="path">${path}</span>${rule && note(`accepted: ${rule.reason}, ${rule.place}`)}`,
    kind,
    html`<span class="path">${control}</span>${kind === 'type' ? note(controlType) : ''}`,
    html`<span class="path">${candidate}</span>${kind === 'type' ? note(candidateType) : ''}`,
  );
}

function exchange(control: ReportedResponse, candidate: ReportedResponse, marks: Marks, run: ParityRun): Markup {
  const table = (title: string, rows: readonly Row[]) =>
    html`<h3>${title}</h3>
      <table class="wide rows">
        ${header('', run.control.name, run.candidate.name)}${shortened(rows).map(line)}
      </table>`;
  const { rows, note } = bodyRows(control, candidate, marks);
  const heads = table('Status and headers', headRows(control, candidate, marks));
  return html`${heads}${table(note === '' ? 'Body' : `Body (${note})`, rows)}`;
}

/** As `diff -U3`: three equal lines around what is marked, and of the others how many there are. */
function shortened(rows: readonly Row[]): readonly (Row | number)[] {
  const isNear = (at: number) => rows.slice(Math.max(0, at - 3), at + 4).some(([, , mark]) => mark !== 'equal');
  const shown: (Row | number)[] = [];
  rows.forEach((one, at) => {
    const last = shown.at(-1);
    if (isNear(at)) shown.push(one);
    else if (typeof last === 'number') shown[shown.length - 1] = last + 1;
    else shown.push(1);
  });
  return shown;
}

function line(one: Row | number): Markup {
  if (typeof one === 'number') return row('soft', '', counted(one, 'equal line'), '');
  const [a, b, mark] = one;
  return row(mark, mark === 'equal' ? '' : SIGNS[mark], a ?? '', b ?? '');
}

const describeRule = ({ kind, path, reason, place }: RuleReference) => `${kind} ${path}: ${reason} (${place})`;

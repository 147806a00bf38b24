import { describeDifference } from '../../../shared/parity/exchange';
import type { CaseResult, ParityRun, RouteResult } from '../../../shared/parity/result';

/** A run as JUnit XML (GitLab, Jenkins, GitHub actions), a suite per route: accepted passes, not run is skipped, faults of rules fail. */
export function toJUnit(run: ParityRun): string {
  const suites = [...run.routes.map((route) => suiteOf(route, run)), ...notRunSuite(run), ...rulesSuite(run)];
  const tests = suites.reduce((sum, suite) => sum + suite.tests, 0);
  const failures = suites.reduce((sum, suite) => sum + suite.failures, 0);
  const skipped = suites.reduce((sum, suite) => sum + suite.skipped, 0);
  const time = seconds(Date.parse(run.finishedAt) - Date.parse(run.startedAt));
  const name = `parity of ${run.control.name} and ${run.candidate.name}`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name, tests, failures, errors: 0, skipped, time })}>`,
    ...suites.flatMap(({ lines }) => lines),
    '</testsuites>',
    '',
  ].join('\n');
}

interface Suite {
  readonly tests: number;
  readonly failures: number;
  readonly skipped: number;
  readonly lines: readonly string[];
}

function suiteOf({ route, counts, cases }: RouteResult, { startedAt }: ParityRun): Suite {
  return suite(
    route,
    startedAt,
    cases.map((result) => caseOf(route, result)),
    {
      tests: counts.cases,
      failures: counts.different,
      skipped: counts.skipped,
      time: seconds(cases.reduce((sum, { control, candidate }) => sum + (control?.ms ?? 0) + (candidate?.ms ?? 0), 0)),
    },
  );
}

function caseOf(route: string, result: CaseResult): string {
  const { name, identity, verdict, reason, differences, accepted, control, candidate } = result;
  const time = seconds((control?.ms ?? 0) + (candidate?.ms ?? 0));
  const opening = `<testcase${attributes({ name: `${name}, as ${identity}`, classname: route, time })}`;
  if (verdict === 'skipped') return `${opening}><skipped${attributes({ message: reason ?? '' })}/></testcase>`;
  if (verdict === 'different') {
    const lines = differences.map(describeDifference);
    const text = `${result.request.method} ${result.request.path}\n${lines.join('\n')}`;
    return `${opening}><failure${attributes({ message: lines[0] ?? '', type: 'different' })}>${escape(text)}</failure></testcase>`;
  }
  if (accepted.length === 0) return `${opening}/>`;
  const allowed = accepted.map(
    (found) => `${describeDifference(found)} (accepted: ${found.rule.reason}, ${found.rule.place})`,
  );
  return `${opening}><system-out>${escape(allowed.join('\n'))}</system-out></testcase>`;
}

function notRunSuite({ notRun, startedAt }: ParityRun): readonly Suite[] {
  if (notRun.length === 0) return [];
  const cases = notRun.map(
    ({ what, reason }) =>
      `<testcase${attributes({ name: what, classname: 'not run', time: '0.000' })}><skipped${attributes({ message: reason })}/></testcase>`,
  );
  return [
    suite('not run', startedAt, cases, { tests: notRun.length, failures: 0, skipped: notRun.length, time: '0.000' }),
  ];
}

function rulesSuite({ ruleFaults, startedAt }: ParityRun): readonly Suite[] {
  if (ruleFaults.length === 0) return [];
  const cases = ruleFaults.map(
    (fault) =>
      `<testcase${attributes({ name: fault, classname: 'rules', time: '0.000' })}><failure${attributes({ message: fault, type: 'rule' })}/></testcase>`,
  );
  const count = ruleFaults.length;
  return [suite('rules', startedAt, cases, { tests: count, failures: count, skipped: 0, time: '0.000' })];
}

function suite(
  name: string,
  timestamp: string,
  cases: readonly string[],
  counts: { readonly tests: number; readonly failures: number; readonly skipped: number; readonly time: string },
): Suite {
  const { tests, failures, skipped, time } = counts;
  const opening = `<testsuite${attributes({ name, tests, failures, errors: 0, skipped, time, timestamp: timestamp.replace(/\.\d+Z$/, '') })}>`;
  return { tests, failures, skipped, lines: [`  ${opening}`, ...cases.map((line) => `    ${line}`), '  </testsuite>'] };
}

function seconds(ms: number): string {
  return (Math.max(0, ms) / 1000).toFixed(3);
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escape(String(value))}"`)
    .join('');
}

// What XML 1.0 (section 2.2) does not allow in any form, and halves of characters.
const NOT_XML =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
const ENTITIES: Readonly<Record<string, string>> = {
  '<': '&lt;',
  '>': '&gt;',
  '&': '&amp;',
  '"': '&quot;',
  "'": '&apos;',
  '\n': '&#10;',
  '\r': '&#13;',
  '\t': '&#9;',
};

function escape(text: string): string {
  return text.replace(NOT_XML, '\ufffd').replace(/[<>&"'\n\r\t]/g, (character) => ENTITIES[character] ?? character);
}

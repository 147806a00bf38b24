import { counted } from '../statistics/counted';
import { EXIT, type CommandResult } from './exit-codes';

export type Level = 'ok' | 'warning' | 'fault';

export interface Finding {
  readonly level: Level;
  readonly subject: string;
  readonly text: string;
  readonly remedy?: string;
}

export function ok(subject: string, text: string): Finding {
  return { level: 'ok', subject, text };
}

export function warning(subject: string, text: string, remedy: string): Finding {
  return { level: 'warning', subject, text, remedy };
}

export function fault(subject: string, text: string, remedy: string): Finding {
  return { level: 'fault', subject, text, remedy };
}

/** One line each, the remedy below it. */
export function renderFindings(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ subject }) => subject.length));
  const indent = ' '.repeat(9 + width + 2);
  return findings
    .map(({ level, subject, text, remedy }) => {
      const line = `${level.padEnd(9)}${subject.padEnd(width)}  ${text}\n`;
      return remedy === undefined ? line : `${line}${indent}-> ${remedy}\n`;
    })
    .join('');
}

/** The result of a command that judges: a fault makes the exit code 1, warnings do not. */
export function judge(findings: readonly Finding[]): CommandResult {
  const count = (level: Level) => findings.filter((finding) => finding.level === level).length;
  const faults = count('fault');
  const warnings = count('warning');
  return {
    exitCode: faults === 0 ? EXIT.fine : EXIT.findings,
    text: `${renderFindings(findings)}\n${counted(faults, 'fault')}, ${counted(warnings, 'warning')}\n`,
    json: { faults, warnings, findings },
  };
}

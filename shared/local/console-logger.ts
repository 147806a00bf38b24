import { loggableError } from '../loggable-error';
import type { Logger } from '../logger';
import { printable } from '../printable';

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

/** One readable line per request and event, instead of JSON. */
export function consoleLogger(level: string, write: (text: string) => void): Logger {
  const print = (prefix: string) => (fields: object, message: string) => {
    write(
      `${new Date().toTimeString().slice(0, 8)} ${prefix}${textOf({ ...fields }, message)
        .split('\n')
        .map(printable)
        .join('\n')}\n`,
    );
  };
  const silent = (): void => undefined;
  const rank = LEVELS.indexOf(level);
  return {
    debug: rank <= 1 ? print('debug ') : silent,
    info: rank <= 2 ? print('') : silent,
    warn: rank <= 3 ? print('warning ') : silent,
    error: rank <= 4 ? print('error ') : silent,
  };
}

function textOf(f: Readonly<Record<string, unknown>>, message: string): string {
  switch (message) {
    case 'request':
    case 'request failed':
      return `${String(f['method'])} ${String(f['path'])} -> ${String(f['upstream'])} ${String(f['status'])} in ${String(f['ms'])} ms (${[f['route'], f['reason'], f['code']].filter(Boolean).join(', ')})`;
    case 'overrides changed':
      return [message, [f['changes']].flat().filter(Boolean).join('; ')].filter(Boolean).join(': ');
    case 'changed through the admin API': {
      const what = f['change'] === 'kill-switch' ? (f['on'] === true ? 'on' : 'off') : f['route'];
      return `${message}: ${String(f['change'])} ${String(what)}, by ${String(f['by'])}: ${String(f['why'])}`;
    }
    default:
      return [
        message,
        ...[f['changed'], f['faults']].flat().filter(Boolean),
        ...(f['err'] instanceof Error ? [loggableError(f['err']).message] : []),
      ].join('\n    ');
  }
}

import { consoleLogger } from '../../../../shared/local/console-logger';

function printed(work: (logger: ReturnType<typeof consoleLogger>) => void, level = 'info'): string {
  let text = '';
  work(consoleLogger(level, (line) => (text += line)));
  return text.replaceAll(/^\d\d:\d\d:\d\d /gm, '');
}

describe('the lines of npm start', () => {
  it('say of a request what became of it', () => {
    const fields = { method: 'GET', path: '/a', upstream: 'lambda', status: 200, ms: 3, route: 'a', reason: 'stage' };
    expect(printed((logger) => logger.info(fields, 'request'))).toBe('GET /a -> lambda 200 in 3 ms (a, stage)\n');
  });

  it('say of overrides which route goes where, by whom and why', () => {
    const changes = [
      'a rolled back to legacy, by ann: slow',
      'kill switch on, listed routes on legacy, by bob: outage',
    ];
    expect(printed((logger) => logger.warn({ changes, known: true }, 'overrides changed'))).toBe(
      `warning overrides changed: ${changes.join('; ')}\n`,
    );
  });

  it.each([
    [{ change: 'rollback', route: 'a', why: 'slow', by: 'local' }, 'rollback a, by local: slow'],
    [{ change: 'kill-switch', on: true, why: 'outage', by: 'local' }, 'kill-switch on, by local: outage'],
    [{ change: 'kill-switch', on: false, why: 'over', by: 'local' }, 'kill-switch off, by local: over'],
  ])('say of the admin API %j', (fields, text) => {
    expect(printed((logger) => logger.warn(fields, 'changed through the admin API'))).toBe(
      `warning changed through the admin API: ${text}\n`,
    );
  });

  it('are left out below the level', () => {
    expect(printed((logger) => logger.info({}, 'x'), 'warn')).toBe('');
  });
});

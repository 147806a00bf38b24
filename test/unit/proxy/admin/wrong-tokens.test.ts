import { WrongTokens } from '../../../../proxy/admin/wrong-tokens';
import { capturedLogger } from '../../../support/captured-logger';

describe('wrong admin tokens', () => {
  beforeEach(() => jest.useFakeTimers({ doNotFake: ['performance'] }));
  afterEach(() => jest.useRealTimers());

  it('are answered later each time, five seconds at most, and by address', async () => {
    let wrong = 0;
    const tokens = new WrongTokens({ logger: capturedLogger(), onWrong: () => (wrong += 1) });
    const waits: number[] = [];
    for (let i = 0; i < 10; i += 1) {
      const begun = Date.now();
      const answered = tokens.add('10.0.0.1');
      await jest.runAllTimersAsync();
      await answered;
      waits.push(Date.now() - begun);
    }
    expect(waits).toEqual([20, 40, 80, 160, 320, 640, 1280, 2560, 5000, 5000]);
    const begun = Date.now();
    const other = tokens.add('10.0.0.2');
    await jest.runAllTimersAsync();
    await other;
    expect(Date.now() - begun).toBe(20);
    expect(wrong).toBe(11);
  });

  it('are five at a time from one address; further tokens of it are not looked at meanwhile', async () => {
    const logger = capturedLogger();
    const tokens = new WrongTokens({ logger, onWrong: () => undefined });
    const answers = Array.from({ length: 5 }, () => tokens.add('10.0.0.1'));
    expect([tokens.isBlocked('10.0.0.1'), tokens.isBlocked('10.0.0.2')]).toEqual([true, false]);
    await jest.runAllTimersAsync();
    await Promise.all(answers);
    expect(tokens.isBlocked('10.0.0.1')).toBe(false);
    expect(logger.lines.at(-1)).toMatchObject({ level: 'warn', fields: { address: '10.0.0.1', wrong: 5 } });
  });
});

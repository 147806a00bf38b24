import { LegacyConfigError, loadConfig } from '../../../../legacy/config';

const GOOD = { MONGODB_URI: 'mongodb://127.0.0.1:27017/eventsapp', SESSION_SECRET: 'first' };

function faultsOf(env: Record<string, string>): readonly string[] {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof LegacyConfigError) return error.faults;
    throw error;
  }
  return [];
}

test('defaults', () => {
  expect(loadConfig(GOOD)).toEqual({
    mongodbUri: GOOD.MONGODB_URI,
    createIndexes: true,
    sessionSecrets: ['first'],
    host: '127.0.0.1',
    port: 3001,
    logLevel: 'info',
    nodeEnv: 'development',
    notificationPollMs: 250,
    heartbeatMs: 15_000,
    reportQueue: undefined,
    reportConsumer: 'legacy',
    dailyReportRunner: 'legacy',
  });
  expect(Object.isFrozen(loadConfig(GOOD))).toBe(true);
});

test.each(['', ' ', '[]', '[""]', '["a",""]', '["a",1]', '["a"', '["a"]x'])(
  'SESSION_SECRET=%j is refused',
  (secret) => {
    const faults = faultsOf({ ...GOOD, SESSION_SECRET: secret });
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(/^SESSION_SECRET is (empty|not such a list); expected/);
  },
);

test('every bad variable is reported at once, and no secret is shown', () => {
  const faults = faultsOf({
    MONGODB_URI: 'mysql://root:hunter2@db/x',
    SESSION_SECRET: '["hunter3",""]',
    HOST: '',
    PORT: '70000',
    LOG_LEVEL: 'loud',
    NODE_ENV: 'prod',
    NOTIFICATION_POLL_MS: '1',
    HEARTBEAT_MS: '1e4',
    REPORT_QUEUE_URL: 'reports',
    SQS_ENDPOINT: 'localhost:4566',
    AWS_REGION: 'Europe!',
    REPORT_CONSUMER: 'none',
    DAILY_REPORT_RUNNER: '',
  });
  expect(faults.map((fault) => fault.split(' ')[0])).toEqual([
    'MONGODB_URI',
    'HOST',
    'SESSION_SECRET',
    'PORT',
    'LOG_LEVEL',
    'NODE_ENV',
    'NOTIFICATION_POLL_MS',
    'HEARTBEAT_MS',
    'REPORT_QUEUE_URL',
    'SQS_ENDPOINT',
    'AWS_REGION',
    'REPORT_CONSUMER',
    'DAILY_REPORT_RUNNER',
  ]);
  expect(faults.join()).not.toContain('hunter');
});

test('nothing has a default that would be a secret', () => {
  expect(faultsOf({})).toEqual([
    'MONGODB_URI is missing; expected one such as mongodb://127.0.0.1:27017/eventsapp',
    'SESSION_SECRET is missing; expected one secret, or a JSON array of secrets none of which is empty',
  ]);
});

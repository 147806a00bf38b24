export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export const NODE_ENVIRONMENTS = ['production', 'development', 'test'] as const;

/** The other runner is not known here; it takes part in the same leases. */
export const REPORT_RUNNERS = ['legacy', 'lambda'] as const;

export interface LegacyConfig {
  readonly mongodbUri: string;
  /** Whether the start creates the indexes that are missing. */
  readonly createIndexes: boolean;
  /** The first signs session cookies, all verify them: put a new one in front to rotate. */
  readonly sessionSecrets: readonly [string, ...string[]];
  readonly host: string;
  /** 0 asks the system for a free one. */
  readonly port: number;
  readonly logLevel: (typeof LOG_LEVELS)[number];
  readonly nodeEnv: (typeof NODE_ENVIRONMENTS)[number];
  /** How often each process looks for new notifications while a client listens. */
  readonly notificationPollMs: number;
  /** How often an open stream or WebSocket is kept alive. */
  readonly heartbeatMs: number;
  /** Where report jobs wait; undefined: no reports can be asked for, and none are made daily. */
  readonly reportQueue: ReportQueueConfig | undefined;
  /** Who takes jobs from the queue. */
  readonly reportConsumer: (typeof REPORT_RUNNERS)[number];
  /** Whose turn it is to order the daily reports. */
  readonly dailyReportRunner: (typeof REPORT_RUNNERS)[number];
}

export interface ReportQueueConfig {
  readonly url: string;
  readonly region: string;
  /** undefined: AWS's own. */
  readonly endpoint: string | undefined;
}

/** The environment cannot be used; `faults` has one line for every variable that is wrong. */
export class LegacyConfigError extends Error {
  override readonly name = 'LegacyConfigError';

  constructor(readonly faults: readonly string[]) {
    super(`Environment: ${faults.join('; ')}`);
  }
}

/**
 * Reads the configuration from environment variables; `process.env` fits.
 *
 * @throws LegacyConfigError naming every bad variable at once; no message holds a secret
 */
export function loadConfig(env: Readonly<Record<string, string | undefined>>): LegacyConfig {
  const faults: string[] = [];

  const oneOf = <const T extends string>(name: string, allowed: readonly T[], fallback: T): T => {
    const found = allowed.find((word) => word === (env[name] ?? fallback));
    if (found === undefined) {
      faults.push(`${name} is ${JSON.stringify(env[name])}; expected one of ${allowed.join(', ')}`);
    }
    return found ?? fallback;
  };
  const wholeNumber = (name: string, fallback: number, min: number, max: number): number => {
    const text = env[name] ?? String(fallback);
    const value = /^\d{1,9}$/.test(text) ? Number(text) : -1;
    if (value >= min && value <= max) return value;
    faults.push(`${name} is ${JSON.stringify(text)}; expected a whole number from ${min} to ${max}`);
    return fallback;
  };

  const mongodbUri = env['MONGODB_URI'] ?? '';
  if (!/^mongodb(\+srv)?:\/\/[^/]/.test(mongodbUri)) {
    faults.push(
      `MONGODB_URI is ${mongodbUri === '' ? 'missing' : 'not a MongoDB URI'}; expected one such as mongodb://127.0.0.1:27017/eventsapp`,
    );
  }
  const host = env['HOST'] ?? '127.0.0.1';
  if (host === '') faults.push('HOST is empty; expected a host name or an address');

  const config: LegacyConfig = {
    mongodbUri,
    createIndexes: oneOf('CREATE_INDEXES', ['true', 'false'], 'true') === 'true',
    sessionSecrets: readSecrets(env['SESSION_SECRET'], faults),
    host,
    port: wholeNumber(env['LEGACY_PORT'] === undefined ? 'PORT' : 'LEGACY_PORT', 3001, 0, 65_535),
    logLevel: oneOf('LOG_LEVEL', LOG_LEVELS, 'info'),
    nodeEnv: oneOf('NODE_ENV', NODE_ENVIRONMENTS, 'development'),
    notificationPollMs: wholeNumber('NOTIFICATION_POLL_MS', 250, 10, 60_000),
    heartbeatMs: wholeNumber('HEARTBEAT_MS', 15_000, 100, 300_000),
    reportQueue: readReportQueue(env, faults),
    reportConsumer: oneOf('REPORT_CONSUMER', REPORT_RUNNERS, 'legacy'),
    dailyReportRunner: oneOf('DAILY_REPORT_RUNNER', REPORT_RUNNERS, 'legacy'),
  };
  if (faults.length > 0) throw new LegacyConfigError(faults);
  return Object.freeze(config);
}

function readReportQueue(
  env: Readonly<Record<string, string | undefined>>,
  faults: string[],
): ReportQueueConfig | undefined {
  const url = readUrl('REPORT_QUEUE_URL', env, faults);
  const endpoint = readUrl('SQS_ENDPOINT', env, faults);
  if (url === undefined) return undefined;
  const region = env['AWS_REGION'] ?? '';
  if (!/^[a-z0-9-]+$/.test(region)) {
    const found = env['AWS_REGION'] === undefined ? 'missing' : JSON.stringify(region);
    faults.push(
      `AWS_REGION is ${found}; expected the queue's region, such as eu-west-1, because REPORT_QUEUE_URL is set`,
    );
  }
  return { url, region, endpoint };
}

function readUrl(
  name: string,
  env: Readonly<Record<string, string | undefined>>,
  faults: string[],
): string | undefined {
  const text = env[name];
  if (text === undefined) return undefined;
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    faults.push(`${name} is ${JSON.stringify(text)}; expected a URL that begins with https:// or http://`);
  }
  return text;
}

function readSecrets(text: string | undefined, faults: string[]): readonly [string, ...string[]] {
  const secrets = text?.startsWith('[') ? readList(text) : [text];
  const [first, ...others] = secrets.filter((secret) => typeof secret === 'string' && secret.trim() !== '').map(String);
  if (first !== undefined && others.length === secrets.length - 1) return [first, ...others];
  const found = text === undefined ? 'missing' : text.startsWith('[') ? 'not such a list' : 'empty';
  faults.push(`SESSION_SECRET is ${found}; expected one secret, or a JSON array of secrets none of which is empty`);
  return [''];
}

function readList(text: string): readonly unknown[] {
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) ? list : [];
  } catch {
    return [];
  }
}

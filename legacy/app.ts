import express, { type Express } from 'express';
import type { Store } from 'express-session';
import type { Db } from 'mongodb';
import { accountRoutes } from './accounts/routes';
import { createAccountStore } from './accounts/store';
import { attendeeRoutes } from './attendees/routes';
import { createAttendeeStore } from './attendees/store';
import { acceptApiKey } from './auth/api-key';
import { createAuthentication, type Authentication } from './auth/authentication';
import { createLoginAttemptStore, loginLimiter } from './auth/login-limiter';
import { authRoutes } from './auth/routes';
import { createApiKeyStore, createUserStore } from './auth/store';
import type { LegacyConfig } from './config';
import { eventRoutes } from './events/routes';
import { createEventStore } from './events/store';
import { healthRoutes, homeRoutes } from './home';
import { createLogger, requestLog, type Logger } from './logging';
import { metricsRoutes } from './metrics/routes';
import { createMetricsStore } from './metrics/store';
import { NotificationFeed } from './notifications/feed';
import { notificationRoutes } from './notifications/routes';
import { createNotificationStore } from './notifications/store';
import { photoRoutes } from './photos/routes';
import { createPhotoStore } from './photos/store';
import type { ReportQueue } from './reports/queue';
import { reportRoutes } from './reports/routes';
import { createReportStore } from './reports/store';
import { createSessionStore } from './session';

export interface AppDeps {
  readonly db: Db;
  readonly config: LegacyConfig;
  /** Default: the sessions collection of `db`. */
  readonly sessionStore?: Store;
  /** What time it is for the data that routes read and write. Sessions and limits go by the real time. */
  readonly clock?: () => Date;
  readonly logger?: Logger;
  /** Shared with the WebSocket by the server. */
  readonly authentication?: Authentication;
  /** Shared with the WebSocket by the server. */
  readonly feed?: NotificationFeed;
  /** Where report jobs are sent to. Default: none, and reports cannot be asked for. */
  readonly reportQueue?: ReportQueue | undefined;
}

/**
 * The application without a server: it listens nowhere and starts nothing. Errors, unknown paths, ETags and the rest are
 * Express's own.
 */
export function createApp({ db, config, clock = () => new Date(), ...given }: AppDeps): Express {
  const logger = given.logger ?? createLogger(config);
  const users = createUserStore(db);
  const events = createEventStore(db);
  const notifications = createNotificationStore(db);
  const apiKey = acceptApiKey(createApiKeyStore(db));
  const { passport, middleware: authentication } =
    given.authentication ?? createAuthentication(config, given.sessionStore ?? createSessionStore(db), users);
  const feed = given.feed ?? new NotificationFeed({ notifications, pollMs: config.notificationPollMs, logger });

  const app = express();
  app.set('env', config.nodeEnv);
  app.set('trust proxy', 1);
  app.use(requestLog(logger));
  // In front of the sessions: it must answer 503, not 500, when their database is unavailable.
  app.use(healthRoutes(db));
  app.use(express.json());
  app.use(express.urlencoded({ extended: true }));
  app.use(...authentication);

  const limiter = loginLimiter(createLoginAttemptStore(db), logger);
  app.use('/api/auth', authRoutes({ config, passport, loginLimiter: limiter }));
  app.use('/api/account', accountRoutes({ accounts: createAccountStore(db), users, clock }));
  app.use('/api/events', eventRoutes({ events, notifications, acceptApiKey: apiKey, clock }));
  app.use(
    '/api/events',
    attendeeRoutes({ attendees: createAttendeeStore(db), events, notifications, acceptApiKey: apiKey, clock }),
  );
  app.use('/api', photoRoutes({ photos: createPhotoStore(db), events, acceptApiKey: apiKey, clock }));
  app.use('/api', metricsRoutes({ metrics: createMetricsStore(db), events, acceptApiKey: apiKey, clock }));
  app.use('/api/reports', reportRoutes({ reports: createReportStore(db), queue: given.reportQueue, clock }));
  app.use('/api/notifications', notificationRoutes({ notifications, feed, heartbeatMs: config.heartbeatMs }));
  app.use(homeRoutes());
  return app;
}

import type { RequestHandler } from 'express';
import { pino, type Logger } from 'pino';
import { currentUser } from './auth/identity';
import type { LegacyConfig } from './config';

export type { Logger } from 'pino';

export function createLogger(config: Pick<LegacyConfig, 'logLevel'>): Logger {
  return pino({ level: config.logLevel, base: { app: 'eventsapp' } });
}

/**
 * One line for each request, when its answer is finished or its client has gone. Headers, query strings and bodies stay
 * out: they hold cookies, tokens and what users search for.
 */
export function requestLog(logger: Logger): RequestHandler {
  return (req, res, next) => {
    const startedAt = process.hrtime.bigint();
    res.once('close', () => {
      const line = {
        method: req.method,
        path: req.originalUrl.split('?', 1)[0],
        status: res.statusCode,
        durationMs: Number(process.hrtime.bigint() - startedAt) / 1e6,
        ip: req.ip,
        userId: currentUser(req)?.userId,
        integration: req.integration?.name,
        aborted: !res.writableFinished,
      };
      if (res.statusCode >= 500) logger.error(line, 'request');
      else logger.info(line, 'request');
    });
    next();
  };
}

import { MAX_DOCUMENT_BYTES } from '../bson/size-limits';
import { document } from '../bson/values';
import { notSupported } from '../errors';
import { MAX_MESSAGE_BYTES } from '../wire-protocol';
import type { CommandHandler } from './command';

/**
 * The wire version of MongoDB 6.0: above the 9 that driver 7 needs, and without the sessions on standalone servers and the
 * `bulkWrite` command that later versions bring. The least version is 0, which driver 3.7 accepts.
 */
const WIRE_VERSION = 17;
const VERSION = [6, 0, 0, 0];

/**
 * Says that this is a standalone server: drivers then send neither retryable writes nor transactions. Without a `topologyVersion`
 * they poll rather than stream, and without `compression` they do not compress.
 */
export const hello: CommandHandler = (command, { connectionId }) => {
  if (command.get('speculativeAuthenticate') !== undefined || command.get('saslSupportedMechs') !== undefined)
    throw notSupported('authentication (leave user and password out of the URI)');
  const legacy = command.name !== 'hello';
  return document({
    ...(legacy ? { ismaster: true, helloOk: true } : { isWritablePrimary: true }),
    maxBsonObjectSize: MAX_DOCUMENT_BYTES,
    maxMessageSizeBytes: MAX_MESSAGE_BYTES,
    maxWriteBatchSize: 100_000,
    localTime: new Date(),
    logicalSessionTimeoutMinutes: 30,
    connectionId,
    minWireVersion: 0,
    maxWireVersion: WIRE_VERSION,
    readOnly: false,
  });
};

export const ping: CommandHandler = () => document({});

export const buildInfo: CommandHandler = () =>
  document({
    version: VERSION.slice(0, 3).join('.'),
    versionArray: VERSION,
    gitVersion: 'banyan-embedded',
    modules: [],
    bits: 64,
    debug: false,
    maxBsonObjectSize: MAX_DOCUMENT_BYTES,
  });

/** Sessions only carry an id here, so there is nothing to end. */
export const endSessions: CommandHandler = () => document({});

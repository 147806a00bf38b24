import { readDatabaseConfig, readLambdaConfig } from '../../../lambda/config';
import { testBanyan } from '../../support/test-banyan';
import { ConfigError } from '../../../shared/errors';

const good = { SESSION_SECRET: '["new","old"]' };

describe('readLambdaConfig', () => {
  it('reads the environment once for all', () => {
    const config = readLambdaConfig(testBanyan.session, good);
    expect(config).toMatchObject({ logLevel: 'info' });
    expect(config.session).toMatchObject({ secrets: ['new', 'old'], cookieName: 'shop.sid', rolling: true });
    expect(Object.isFrozen(config)).toBe(true);
  });

  it('reports every fault at once', () => {
    const read = () => readLambdaConfig(testBanyan.session, { SESSION_SECRET: '', LOG_LEVEL: 'loud' });
    expect(read).toThrow(ConfigError);
    expect(read).toThrow(/LOG_LEVEL is "loud".*SESSION_SECRET is empty/);
  });

  it('never shows a secret', () => {
    expect(() => readLambdaConfig(testBanyan.session, { SESSION_SECRET: '["hidden"', LOG_LEVEL: 'loud' })).toThrow(
      /^(?!.*hidden)/,
    );
  });
});

describe('readDatabaseConfig', () => {
  it('reads what functions without a session have', () => {
    expect(readDatabaseConfig({ MONGODB_URI: 'mongodb://db.internal/eventsapp' })).toEqual({
      mongodbUri: 'mongodb://db.internal/eventsapp',
    });
  });

  it('does without no database', () => {
    expect(() => readDatabaseConfig({})).toThrow('MONGODB_URI is missing');
  });
});

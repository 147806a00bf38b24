import { MongoNetworkError, MongoServerError } from 'mongodb';
import { describeFault, presentableError } from '../../../../lambda/authorizer/fault';
import { BanyanError } from '../../../../shared/errors';

const named = (name: string) => Object.assign(new Error('host db-1:27017'), { name });
const ours = new BanyanError('A session record is not an object', { code: 'session_record_unreadable' });

describe('what is logged of a fault', () => {
  it.each(['MongoNetworkError', 'MongoNetworkTimeoutError', 'MongoServerSelectionError'])(
    'is the message of %s, which names a host',
    (name) => expect(describeFault(named(name))).toMatchObject({ name, message: 'host db-1:27017' }),
  );

  it('is no message of others, which may quote what a client sent', () => {
    expect(describeFault(named('MongoServerError'))).toEqual({ name: 'MongoServerError' });
    expect(describeFault(new MongoServerError({ message: 'private', code: 2, codeName: 'BadValue' }))).toEqual({
      name: 'MongoServerError',
      code: 2,
      codeName: 'BadValue',
    });
    expect(describeFault('private')).toEqual({ name: 'string' });
    expect(describeFault(undefined)).toEqual({ name: 'undefined' });
  });

  it('is our own message and code', () => {
    expect(describeFault(ours)).toMatchObject({ code: ours.code, message: ours.message });
  });
});

describe('what the runtime sees of a fault', () => {
  it('is our own error as it is', () => expect(presentableError(ours)).toBe(ours));

  it.each([new MongoNetworkError('private'), new Error('Unauthorized'), 'private', undefined])(
    'is, of others, only that it happened: %p',
    (error) => {
      expect(presentableError(error)).toMatchObject({
        message: 'The request could not be authenticated',
        code: 'authentication_failed',
      });
    },
  );

  it('is never what API Gateway takes for a refusal, whoever says so', () => {
    const refusal = new BanyanError('Unauthorized', { code: 'x' });
    expect(presentableError(refusal)).toMatchObject({ code: 'authentication_failed' });
  });
});

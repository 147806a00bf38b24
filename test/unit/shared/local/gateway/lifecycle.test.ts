import net from 'node:net';
import path from 'node:path';
import { requireModule } from '../../../../../shared/local/functions';
import { call, closeApis, signal, startApi } from './harness';

afterEach(closeApis);

describe('starting', () => {
  it('loads handlers by require, after the environment is set, and puts the environment back', async () => {
    process.env['GREETING'] = 'from outside';
    const options = { fixture: 'greeting.yml', load: requireModule, environment: { PERSON: 'Ada' } };
    const gateway = await startApi({}, options);
    expect(process.env['GREETING']).toBe('Ada');
    expect(process.env['PERSON']).toBe('Ada');
    expect((await call(gateway, '/greeting')).json()).toStrictEqual({ greeting: 'Ada', calls: 1 });
    expect((await call(gateway, '/greeting')).json()).toStrictEqual({ greeting: 'Ada', calls: 2 });
    await gateway.close();
    expect(process.env['GREETING']).toBe('from outside');
    expect(process.env['PERSON']).toBeUndefined();
    delete process.env['GREETING'];
  });

  it('lists its routes and its address', async () => {
    const gateway = await startApi();
    expect(gateway.url).toBe(`http://127.0.0.1:${gateway.port}/dev`);
    expect(gateway.routes).toContainEqual({
      method: 'GET',
      path: '/api/private',
      functionName: 'private-endpoint',
      authorizer: 'authorizer',
    });
    expect(gateway.routes).toContainEqual({
      method: 'OPTIONS',
      path: '/cors',
      functionName: undefined,
      authorizer: undefined,
    });
    expect(gateway.routes).toHaveLength(9);
  });

  it('fails on a busy port, an unloadable handler and a missing value, leaving nothing behind', async () => {
    const { port } = await startApi({}, { fixture: 'greeting.yml', environment: {} });
    await expect(startApi({}, { fixture: 'greeting.yml', environment: { LEFT: '1' }, port })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
    await expect(
      startApi({}, { environment: { SESSION_SECRET: 'x', LEFT: '1' }, load: () => ({}) }),
    ).rejects.toMatchObject({
      code: 'Runtime.HandlerNotFound',
    });
    await expect(startApi({}, { environment: { LEFT: '1' } })).rejects.toThrow(
      /api\.yml:40: SESSION_SECRET: \$\{ssm:.*only after a deployment.*environment\.SESSION_SECRET/,
    );
    expect(process.env['LEFT']).toBeUndefined();
  });

  it('takes a file that is not there for what it is', async () => {
    await expect(startApi({}, { serverlessFile: path.join(__dirname, 'no.yml') })).rejects.toThrow(
      /cannot read .*no\.yml/,
    );
  });
});

describe('closing', () => {
  it('cuts connections, also with a function still running', async () => {
    const started = signal();
    const gateway = await startApi(
      {
        echo: () => {
          started.give();
          return new Promise(() => undefined);
        },
      },
      { limits: { functionTimeoutMs: 50 } },
    );
    const socket = net.connect(gateway.port, '127.0.0.1');
    const closed = new Promise((resolve) => socket.on('close', resolve));
    socket.on('error', () => undefined);
    socket.write('GET /dev/api/events HTTP/1.1\r\nHost: x\r\n\r\n');
    await started.given;
    const begun = performance.now();
    await gateway.close();
    await closed;
    expect(performance.now() - begun).toBeLessThan(1_000);
    await gateway.close();
    await expect(call(gateway, '/api/events')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});

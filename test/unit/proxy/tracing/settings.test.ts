import { readTracing, type TracingSettings } from '../../../../proxy/tracing/settings';
import { readEnvironment, type Environment } from '../../../../shared/env';

const read = (env: Environment): TracingSettings | undefined =>
  readEnvironment(env, (reader) => ({ tracing: readTracing(env, reader) })).tracing;
const ENDPOINT = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' };

describe('settings of tracing', () => {
  it.each([
    ['OTEL_EXPORTER_OTLP_ENDPOINT', ENDPOINT],
    [
      'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
      { ...ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://collector.example.com/v1/traces' },
    ],
  ])('are asked for by %s', (askedBy, env) => {
    expect(read(env)).toEqual({ askedBy, followsClient: true, share: 1 });
  });

  it.each([
    ['no endpoint', {}],
    ['an empty one', { OTEL_EXPORTER_OTLP_ENDPOINT: '' }],
    ['a disabled SDK', { ...ENDPOINT, OTEL_SDK_DISABLED: 'TRUE' }],
    ['no exporter of traces', { ...ENDPOINT, OTEL_TRACES_EXPORTER: 'none' }],
  ])('are none with %s', (_why, env) => {
    expect(read(env)).toBeUndefined();
  });

  it.each([
    ['', '', true, 1],
    ['parentbased_always_on', '0.5', true, 1],
    ['parentbased_always_off', '', true, 0],
    ['parentbased_traceidratio', '0.25', true, 0.25],
    ['always_on', '', false, 1],
    ['always_off', '', false, 0],
    ['traceidratio', '0.1', false, 0.1],
    ['traceidratio', '', false, 1],
  ])('sample as "%s" "%s" says', (OTEL_TRACES_SAMPLER, OTEL_TRACES_SAMPLER_ARG, followsClient, share) => {
    expect(read({ ...ENDPOINT, OTEL_TRACES_SAMPLER, OTEL_TRACES_SAMPLER_ARG })).toMatchObject({ followsClient, share });
  });

  it.each([
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318', /expected a URL such as http:\/\/127.0.0.1:4318/],
    ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc', /expected http\/json/],
    ['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'grpc', /expected http\/json/],
    ['OTEL_TRACES_SAMPLER', 'jaeger_remote', /expected one of parentbased_always_on, /],
  ])('refuse %s=%s', (name, value, expected) => {
    const load = (): unknown => read({ ...ENDPOINT, [name]: value });
    expect(load).toThrow(new RegExp(`^[^]*${name} is "${value}"`));
    expect(load).toThrow(expected);
    expect(() => read({ [name]: value, OTEL_SDK_DISABLED: 'true' })).not.toThrow();
  });

  it.each(['2', '-1', 'half'])('refuse a share of %s', (OTEL_TRACES_SAMPLER_ARG) => {
    const env = { ...ENDPOINT, OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG };
    expect(() => read(env)).toThrow(/OTEL_TRACES_SAMPLER_ARG is ".*"; expected a share from 0 to 1/);
  });
});

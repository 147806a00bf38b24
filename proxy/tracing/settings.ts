import type { Environment, EnvironmentReader } from '../../shared/env';

/** Which spans are exported. The SDK itself reads where to, from the same variables. */
export interface TracingSettings {
  /** The variable that turned tracing on. */
  readonly askedBy: string;
  /** Whether a client's own sampling decision is followed. */
  readonly followsClient: boolean;
  /** The share of the other traces that is exported, from 0 to 1. */
  readonly share: number;
}

const ENDPOINTS = ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT'];
const PROTOCOLS = ['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'OTEL_EXPORTER_OTLP_PROTOCOL'];
const SAMPLERS = [
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
  'always_on',
  'always_off',
  'traceidratio',
] as const;

/**
 * Reads OpenTelemetry's variables; an empty one counts as unset, as OpenTelemetry specifies. Undefined when no exporter is configured or it is turned off.
 *
 * @see https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */
export function readTracing(env: Environment, read: EnvironmentReader): TracingSettings | undefined {
  const isGiven = (name: string): boolean => env[name] !== undefined && env[name] !== '';
  const askedBy = ENDPOINTS.find(isGiven);
  const isOff = env['OTEL_SDK_DISABLED']?.toLowerCase() === 'true' || env['OTEL_TRACES_EXPORTER'] === 'none';
  if (askedBy === undefined || isOff) return undefined;
  read.httpUrl(askedBy, undefined, 'http://127.0.0.1:4318');
  const protocol = PROTOCOLS.find(isGiven);
  if (protocol !== undefined && env[protocol]?.startsWith('http/') !== true)
    read.faults.push(
      `${protocol} is ${JSON.stringify(env[protocol])}; expected http/json: spans are sent over HTTP only`,
    );
  const sampler = isGiven('OTEL_TRACES_SAMPLER')
    ? read.oneOf('OTEL_TRACES_SAMPLER', SAMPLERS, 'parentbased_always_on')
    : 'parentbased_always_on';
  return { askedBy, followsClient: sampler.startsWith('parentbased_'), share: shareOf(sampler, env, read.faults) };
}

function shareOf(sampler: (typeof SAMPLERS)[number], env: Environment, faults: string[]): number {
  if (sampler.endsWith('always_on')) return 1;
  if (sampler.endsWith('always_off')) return 0;
  const text = env['OTEL_TRACES_SAMPLER_ARG'] ?? '';
  const share = text === '' ? 1 : Number(text);
  if (!(share >= 0 && share <= 1))
    faults.push(`OTEL_TRACES_SAMPLER_ARG is ${JSON.stringify(text)}; expected a share from 0 to 1, such as 0.1`);
  return share;
}

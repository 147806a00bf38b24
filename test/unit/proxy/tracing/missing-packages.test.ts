import { runProxy } from '../../../support/running-proxy';

jest.mock('@opentelemetry/sdk-trace', () => {
  throw Object.assign(new Error("Cannot find module '@opentelemetry/sdk-trace'"), { code: 'MODULE_NOT_FOUND' });
});

it('a proxy that is to export spans without the packages does not start, and names them', async () => {
  const tracing = { askedBy: 'OTEL_EXPORTER_OTLP_ENDPOINT', followsClient: true, share: 1 };
  await expect(runProxy({ legacyUrl: new URL('http://127.0.0.1:9'), tracing })).rejects.toMatchObject({
    code: 'package_missing',
    message:
      'OTEL_EXPORTER_OTLP_ENDPOINT needs the packages @opentelemetry/api, @opentelemetry/sdk-trace, @opentelemetry/resources, @opentelemetry/exporter-trace-otlp-http; ' +
      'run "npm install @opentelemetry/api @opentelemetry/sdk-trace @opentelemetry/resources @opentelemetry/exporter-trace-otlp-http"',
  });
});

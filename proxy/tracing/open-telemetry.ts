import { setTimeout as delay } from 'node:timers/promises';
import type * as Api from '@opentelemetry/api';
import type { Attributes, Span as SdkSpan, Tracer as SdkTracer } from '@opentelemetry/api';
import type { SpanExporter } from '@opentelemetry/sdk-trace';
import type { Logger } from '../../shared/logger';
import { loadOptional } from '../../shared/optional-package';
import { packageVersion } from '../../shared/own-package';
import { shownMethod } from '../../shared/plain-name';
import type { RequestHead } from '../http1/request-head';
import type { TracingSettings } from './settings';
import { carried, readTraceparent, type Span, type SpanEnd, type Tracer } from './span';

/** Time to export the last spans, in ms. */
const FLUSH_LIMIT = 3_000;
const OTHERS = ['@opentelemetry/sdk-trace', '@opentelemetry/resources', '@opentelemetry/exporter-trace-otlp-http'];

/**
 * Loads OpenTelemetry's SDK and exports spans as OTLP over HTTP, in batches and in the background; at most 2,048 wait, and any more are
 * dropped. Registers nothing globally, so that no other code in the process is traced.
 *
 * @throws BanyanError `package_missing` naming the packages to install
 */
export async function startTracing(
  { askedBy, followsClient, share }: TracingSettings,
  instanceName: string,
  logger: Logger,
): Promise<Tracer> {
  const [api, sdk, resources, otlp] = await loadOptional(
    { name: '@opentelemetry/api', others: OTHERS, neededBy: askedBy },
    async () =>
      Promise.all([
        import('@opentelemetry/api'),
        import('@opentelemetry/sdk-trace'),
        import('@opentelemetry/resources'),
        import('@opentelemetry/exporter-trace-otlp-http'),
      ]),
  );
  const root = new sdk.TraceIdRatioBasedSampler(share);
  const itself = {
    'service.name': 'banyan-proxy',
    'service.version': packageVersion(),
    'service.instance.id': instanceName,
  };
  const provider = new sdk.TracerProvider({
    sampler: followsClient ? new sdk.ParentBasedSampler({ root }) : root,
    // OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES take precedence.
    resource: resources
      .defaultResource()
      .merge(resources.resourceFromAttributes(itself))
      .merge(resources.detectResources({ detectors: [resources.envDetector] })),
    spanProcessors: [new sdk.BatchSpanProcessor({ exporter: reporting(new otlp.OTLPTraceExporter(), logger) })],
  });
  const tracing: Tracing = { api, tracer: provider.getTracer('banyan-proxy', packageVersion()) };
  return {
    begin(request, routeId) {
      const parent = readTraceparent(request);
      const method = shownMethod(request.method);
      const about = { 'http.request.method': method, ...(routeId !== undefined && { 'banyan.route': routeId }) };
      const context =
        parent === undefined
          ? api.ROOT_CONTEXT
          : api.trace.setSpanContext(api.ROOT_CONTEXT, { ...parent, isRemote: true });
      const name = routeId === undefined ? method : `${method} ${routeId}`;
      const span = tracing.tracer.startSpan(name, { kind: api.SpanKind.SERVER, attributes: about }, context);
      return new TracedSpan(tracing, span, about, { isContinued: parent !== undefined });
    },
    async close() {
      const flushed = provider.shutdown().catch(() => undefined);
      await Promise.race([flushed, delay(FLUSH_LIMIT, undefined, { ref: false })]);
    },
  };
}

interface Tracing {
  readonly api: typeof Api;
  readonly tracer: SdkTracer;
}

/** Whether the trace was begun by the client. */
interface Origin {
  readonly isContinued: boolean;
}

class TracedSpan implements Span {
  constructor(
    private readonly tracing: Tracing,
    private readonly span: SdkSpan,
    private readonly about: Attributes,
    private readonly origin: Origin,
  ) {}

  begin(what: 'legacy' | 'lambda' | 'comparison'): Span {
    const { tracing, about } = this;
    const { trace, ROOT_CONTEXT, SpanKind } = tracing.api;
    const isRequest = what !== 'comparison';
    const kind = isRequest ? SpanKind.CLIENT : SpanKind.INTERNAL;
    const attributes = isRequest ? { ...about, 'banyan.side': what } : about;
    const span = tracing.tracer.startSpan(what, { kind, attributes }, trace.setSpan(ROOT_CONTEXT, this.span));
    return new TracedSpan(tracing, span, about, this.origin);
  }

  carry(request: RequestHead): RequestHead {
    return carried(request, this.span.spanContext(), this.origin);
  }

  end({ statusCode, error, side, reason, result }: SpanEnd): void {
    const { span, tracing } = this;
    if (statusCode !== undefined) span.setAttribute('http.response.status_code', statusCode);
    if (error !== undefined) span.setAttribute('error.type', error);
    if (side !== undefined) span.setAttribute('banyan.side', side);
    if (reason !== undefined) span.setAttribute('banyan.reason', reason);
    if (result !== undefined) span.setAttribute('banyan.result', result);
    // A refusal or a client that disconnected is not the answering side's fault.
    if ((statusCode ?? 0) >= 500 || (error !== undefined && error !== 'client_gone'))
      span.setStatus({ code: tracing.api.SpanStatusCode.ERROR });
    span.end();
  }
}

/** Warns once when spans are lost, and again only after an export has succeeded. */
function reporting(exporter: SpanExporter, logger: Logger): SpanExporter {
  let isFailing = false;
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        const { error } = result;
        if (error !== undefined && !isFailing) logger.warn({ err: error }, 'spans cannot be exported and are dropped');
        isFailing = error !== undefined;
        done(result);
      });
    },
    shutdown: () => exporter.shutdown(),
  };
}

import type { RecordingServer } from '../../../support/recording-server';

/** A span as a collector gets it. */
export interface CollectedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  /** 1 internal, 2 server, 3 client. */
  readonly kind: number;
  readonly about: Readonly<Record<string, unknown>>;
  readonly isError: boolean;
}

type Attributes = readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[];

interface Batch {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: Attributes };
    readonly scopeSpans: readonly {
      readonly spans: readonly (Omit<CollectedSpan, 'about' | 'isError'> & {
        readonly attributes: Attributes;
        readonly status: { readonly code: number };
      })[];
    }[];
  }[];
}

const plain = (attributes: Attributes): Readonly<Record<string, unknown>> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
const batches = ({ requests }: RecordingServer): readonly Batch[] =>
  requests.map(({ body }) => JSON.parse(body) as Batch);

/** What was exported as OTLP in JSON, so far. */
export function collectedSpans(collector: RecordingServer): readonly CollectedSpan[] {
  return batches(collector)
    .flatMap(({ resourceSpans }) => resourceSpans.flatMap(({ scopeSpans }) => scopeSpans))
    .flatMap(({ spans }) => spans)
    .map(({ traceId, spanId, parentSpanId, name, kind, attributes, status }) => ({
      ...{ traceId, spanId, name, kind, about: plain(attributes), isError: status.code === 2 },
      ...(parentSpanId !== undefined && { parentSpanId }),
    }));
}

/** Of what the first batch says it is. */
export function collectedResource(collector: RecordingServer): Readonly<Record<string, unknown>> {
  return plain(batches(collector)[0]?.resourceSpans[0]?.resource.attributes ?? []);
}

import type { IncomingMessage } from 'node:http';
import { carried, readTraceparent, TRACEPARENT_BYTES } from '../../../../proxy/tracing/span';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';
const read = (traceparent?: string) => readTraceparent({ headers: { traceparent } } as unknown as IncomingMessage);

describe('traceparent', () => {
  it.each([
    ['sampled', `00-${TRACE}-${SPAN}-01`, 1],
    ['not sampled', `00-${TRACE}-${SPAN}-00`, 0],
    ['with flags of later levels', `00-${TRACE}-${SPAN}-fe`, 0],
    ['of a later version', `01-${TRACE}-${SPAN}-03`, 1],
    ['of a later version, with more', `cc-${TRACE}-${SPAN}-01-what-ever`, 1],
  ])('%s', (_what, text, traceFlags) => {
    expect(read(text)).toEqual({ traceId: TRACE, spanId: SPAN, traceFlags });
  });

  it.each([
    ['absent', undefined],
    ['empty', ''],
    ['of the forbidden version', `ff-${TRACE}-${SPAN}-01`],
    ['of version 00 with more', `00-${TRACE}-${SPAN}-01-more`],
    ['of a later version with more that is not set apart', `01-${TRACE}-${SPAN}-01more`],
    ['in capitals', `00-${TRACE.toUpperCase()}-${SPAN}-01`],
    ['of trace zero', `00-${'0'.repeat(32)}-${SPAN}-01`],
    ['of span zero', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['too short', `00-${TRACE}-${SPAN.slice(1)}-01`],
    ['sent twice', `00-${TRACE}-${SPAN}-01, 00-${TRACE}-${SPAN}-01`],
  ])('that is none: %s', (_what, text) => {
    expect(read(text)).toBeUndefined();
  });

  const headers = ['Host', 'a', 'TraceParent', 'x', 'Tracestate', 'b=c', 'traceparent-like', 'd', 'traceparent', 'y'];
  const place = { traceId: TRACE, spanId: SPAN, traceFlags: 1 };
  const added = ['traceparent', `00-${TRACE}-${SPAN}-01`];

  it("stands for the client's, however often it came; the state goes on with a trace that does", () => {
    const request = { method: 'GET', path: '/a', headers };
    const kept = ['Host', 'a', 'Tracestate', 'b=c', 'traceparent-like', 'd'];
    expect(carried(request, place, { isContinued: true })).toEqual({ ...request, headers: [...kept, ...added] });
    const without = ['Host', 'a', 'traceparent-like', 'd'];
    expect(carried(request, place, { isContinued: false }).headers).toEqual([...without, ...added]);
  });

  it('adds as many bytes as are set apart for it', () => {
    const line = carried({ method: 'GET', path: '/', headers: [] }, place, { isContinued: false }).headers.join(': ');
    expect(line).toHaveLength(TRACEPARENT_BYTES - '\r\n'.length);
  });
});

import type { HarEntry, HarPair, HarPostData } from '../../../../../shared/recording/har/har';

interface Exchange {
  readonly method?: string;
  readonly url?: string;
  readonly requestHeaders?: Readonly<Record<string, string>>;
  readonly postData?: HarPostData;
  readonly responseHeaders?: readonly HarPair[];
  readonly mimeType?: string;
  readonly text?: string;
  readonly encoding?: 'base64';
}

/** A HAR entry for tests. */
export function harEntry({
  method = 'GET',
  url = 'http://127.0.0.1/api/events',
  requestHeaders = {},
  postData,
  responseHeaders = [],
  mimeType = 'application/json; charset=utf-8',
  text,
  encoding,
}: Exchange = {}): HarEntry {
  return {
    startedDateTime: '2026-11-02T10:00:00.000Z',
    time: 3,
    request: {
      method,
      url,
      httpVersion: 'HTTP/1.1',
      cookies: [],
      headers: Object.entries(requestHeaders).map(([name, value]) => ({ name, value })),
      queryString: [],
      ...(postData !== undefined && { postData }),
      headersSize: -1,
      bodySize: -1,
    },
    response: {
      status: 200,
      statusText: 'OK',
      httpVersion: 'HTTP/1.1',
      cookies: [],
      headers: responseHeaders,
      content: { size: -1, mimeType, ...(text !== undefined && { text }), ...(encoding !== undefined && { encoding }) },
      redirectURL: '',
      headersSize: -1,
      bodySize: -1,
    },
    cache: {},
    timings: { send: 0, wait: 3, receive: 0 },
  };
}

import { request as send } from 'undici';
import { groupHeaders, type RouteClient } from './client';

/** Sends requests to a gateway, or to the proxy. Nothing is followed, unpacked or tried again. */
export function httpClient(apiUrl: URL): RouteClient {
  const base = apiUrl.href.replace(/\/$/, '');
  return async ({ method, path, headers, body }) => {
    const response = await send(base + path, {
      method: method as 'GET',
      headers,
      ...(body.length > 0 && { body }),
    });
    const pairs = Object.entries(response.headers).flatMap(([name, values = []]) =>
      [values].flat().map((value): [string, string] => [name, value]),
    );
    return {
      statusCode: response.statusCode,
      headers: groupHeaders(pairs),
      body: Buffer.from(await response.body.arrayBuffer()),
    };
  };
}

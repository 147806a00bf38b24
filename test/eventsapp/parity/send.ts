import { send as sendAnything } from '../../../proxy/parity/send';
import { requestLines, type CaseRequest } from '../../../shared/parity/case';
import type { ObservedResponse } from '../../../shared/parity/exchange';

/** Sends a request as it is and returns what came back, uncompressed. Redirects are not followed. */
export async function send(
  baseUrl: string,
  request: CaseRequest,
): Promise<ObservedResponse & { readonly body: Buffer }> {
  const lines = requestLines({ name: '', request }, {});
  const { response } = await sendAnything(baseUrl, { ...lines, body: request.body });
  if (!Buffer.isBuffer(response.body)) throw new Error('the body is too large to be kept');
  return { ...response, body: response.body };
}

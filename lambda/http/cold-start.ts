import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';

type Handler<Context> = (event: APIGatewayProxyEvent, context: Context) => Promise<APIGatewayProxyResult>;

/**
 * Marks the answer to an instance's first invocation with `X-Banyan-Cold-Start`: the proxy's guard tells cold starts apart by it, and
 * removes it.
 *
 * @param isMarked whether instances are of Lambda, asked at each invocation
 */
export function markColdStart<Context>(handler: Handler<Context>, isMarked: () => boolean): Handler<Context> {
  let isFirst = true;
  return async (event, context) => {
    const isColdStart = isFirst;
    isFirst = false;
    const result = await handler(event, context);
    if (!isColdStart || !isMarked()) return result;
    return { ...result, headers: { ...result.headers, 'X-Banyan-Cold-Start': '1' } };
  };
}

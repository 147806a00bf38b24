import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';

type Handler<Context> = (event: APIGatewayProxyEvent, context: Context) => Promise<APIGatewayProxyResult>;

/** Marks an instance's first answer with `X-Banyan-Cold-Start`, which the proxy's guard reads and removes. */
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

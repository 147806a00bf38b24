/** List prices of us-east-1 in USD, as README.md has them. */
const PRICES = { restPerMillion: 3.5, requestPerMillion: 0.2, gigabyteSecond: 0.0000133334, logsPerGigabyte: 0.5 };

/** What a verification does at most: rows of the table with their repetitions, latencies, a case of parity on both sides. */
const ESTIMATE = { requests: 5_000, functionMs: 50, gigabytes: 0.5, logGigabytes: 0.01 };

/** What a verification costs in an account, with the arithmetic, and what it does not count. */
export function describeCost(stage: string): string {
  const { requests, functionMs, gigabytes, logGigabytes } = ESTIMATE;
  const invocations = 2 * requests;
  const gateway = (requests / 1e6) * PRICES.restPerMillion;
  const calls = (invocations / 1e6) * PRICES.requestPerMillion;
  const duration = invocations * (functionMs / 1000) * gigabytes * PRICES.gigabyteSecond;
  const logs = logGigabytes * PRICES.logsPerGigabyte;
  const usd = (value: number): string => value.toFixed(4);
  return `What verifying stage ${stage} costs, at list prices of us-east-1, no free tier:
  API Gateway  ${requests.toLocaleString('en')} requests x 3.50 USD per million = ${usd(gateway)} USD
  Lambda       ${invocations.toLocaleString('en')} invocations (function and authorizer) x 0.20 per million = ${usd(calls)}, of 50 ms at 512 MB = ${usd(duration)} USD
  CloudWatch   10 MB of logs x 0.50 per GB = ${usd(logs)} USD
  together     ${(gateway + calls + duration + logs).toFixed(2)} USD at most
Not counted: what the stage's own templates hold while they stand, about a quarter of an hour (an interface endpoint is 0.011 USD an hour
and zone, a CloudFront distribution or an empty table nothing). Everything is removed at the end, also after Ctrl-C.
`;
}

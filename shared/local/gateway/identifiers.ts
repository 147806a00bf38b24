import { createHash, randomBytes } from 'node:crypto';

/** The account that local ARNs name. */
export const ACCOUNT_ID = '000000000000';
/** API ids have ten letters and digits. */
export const API_ID = 'localrest1';
export const DEPLOYMENT_ID = 'local0';

/** A resource's id: the same for the same path on every start. */
export function resourceId(path: string): string {
  return createHash('sha256').update(path).digest('hex').slice(0, 6);
}

/** As in `x-amz-apigw-id: FiV9AHvHoAMFtsg=`. */
export function extendedRequestId(): string {
  return `${randomBytes(11).toString('base64url').replace(/[-_]/g, 'A')}=`;
}

/** As X-Ray writes it: `1-<seconds in hex>-<96 random bits in hex>`. */
export function traceId(now: number): string {
  return `1-${Math.floor(now / 1000)
    .toString(16)
    .padStart(8, '0')}-${randomBytes(12).toString('hex')}`;
}

interface MethodArn {
  readonly region: string;
  readonly stage: string;
  readonly method: string;
  /** With its leading slash. */
  readonly path: string;
}

/**
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-invoke-api.html
 */
export function methodArn({ region, stage, method, path }: MethodArn): string {
  return `arn:aws:execute-api:${region}:${ACCOUNT_ID}:${API_ID}/${stage}/${method}${path}`;
}

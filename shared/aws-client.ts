/**
 * A client of the AWS SDK for JavaScript 3, as far as commands are sent by it. The SDK is an optional peer, so types of this package
 * do not name its classes; every client of the SDK fits.
 */
export interface AwsClient<Output extends object> {
  send(command: object, options?: { readonly abortSignal?: AbortSignal }): Promise<Output>;
}

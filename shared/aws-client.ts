/** An AWS SDK client as far as commands are sent by it: the SDK is an optional peer, so types here do not name its classes. */
export interface AwsClient<Output extends object> {
  send(command: object, options?: { readonly abortSignal?: AbortSignal }): Promise<Output>;
}

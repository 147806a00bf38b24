import { InvalidInput } from './invalid-input';

/** Checks a value that came as JSON and gives it its type, or throws an error that says what is wrong with it. */
export type Parser<T> = (value: unknown) => T;

/** What a function inside the VPC takes and returns. Both sides import it; the implementation is known only inside. */
export interface VpcFunctionDefinition<Name extends string, Input, Output> {
  readonly name: Name;
  readonly input: Parser<Input>;
  readonly output: Parser<Output>;
  /** The handler inside. The event is checked first; what is thrown becomes a `FunctionError`. Two parameters: Node.js 24 refuses a third. */
  handler(implementation: VpcImplementation<Input, Output>): (event: unknown, context: VpcContext) => Promise<Output>;
}

/** The part of Lambda's context that an implementation may use. */
export interface VpcContext {
  readonly awsRequestId: string;
  getRemainingTimeInMillis(): number;
}

/** What a function inside the VPC does with its parsed input; its result is parsed before it is sent. */
export type VpcImplementation<Input, Output> = (input: Input, context: VpcContext) => Promise<Output>;

interface Parts<Name extends string, Input, Output> {
  readonly name: Name;
  readonly input: Parser<Input>;
  readonly output: Parser<Output>;
}

/** Defines a function inside the VPC, once for both sides. Parsers must accept what `JSON.parse` gives (no Date, no undefined). */
export function defineVpcFunction<const Name extends string, Input, Output>({
  name,
  input,
  output,
}: Parts<Name, Input, Output>): VpcFunctionDefinition<Name, Input, Output> {
  const readInput = (event: unknown): Input => {
    try {
      return input(event);
    } catch (cause) {
      throw new InvalidInput(name, cause);
    }
  };
  return {
    name,
    input,
    output,
    handler: (implementation) => async (event, context) => implementation(readInput(event), context),
  };
}

import { createVpcClient, type VpcClient } from '../../../../lambda/vpc-proxy/client';
import { defineVpcFunction } from '../../../../lambda/vpc-proxy/define';
import { count, listOf, objectOf, text } from '../../../../lambda/vpc-proxy/json';

// `npm run typecheck` is the test; what runs only keeps these types in use.

const addUp = defineVpcFunction({
  name: 'add-up',
  input: objectOf({ numbers: listOf(count) }),
  output: objectOf({ sum: count }),
});
const greet = defineVpcFunction({ name: 'greet', input: objectOf({ whom: text }), output: objectOf({ said: text }) });

type Equal<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
const holds = <T extends true>(value: T): T => value;

type InputOf<D> = D extends { readonly input: (value: unknown) => infer Input } ? Input : never;
type Implementation = Parameters<typeof addUp.handler>[0];
/** What `call` takes as input once the definition is given. */
type Accepts<Input> = Input extends InputOf<typeof addUp> ? true : false;
type Client = ReturnType<typeof clientFor>;
/** Whether a client's list has the function. */
type Callable<D> = D extends { readonly name: infer Name }
  ? Client extends VpcClient<infer Names>
    ? Name extends Names
      ? true
      : false
    : never
  : never;

function clientFor() {
  return createVpcClient({
    lambda: { send: () => Promise.reject(new Error('never called')) },
    functions: [addUp],
    functionPrefix: 'x-',
    logger: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
  });
}

it('compiles only with the input of the definition, and knows the type of the result', () => {
  expect(holds<Accepts<{ numbers: number[] }>>(true)).toBe(true);
  expect(holds<Equal<Accepts<{ numbers: string[] }>, false>>(true)).toBe(true);
  expect(holds<Equal<Accepts<{ number: number[] }>, false>>(true)).toBe(true);
  expect(holds<Equal<Awaited<ReturnType<Implementation>>, { readonly sum: number }>>(true)).toBe(true);
});

it('compiles only for functions on the list', () => {
  expect(holds<Callable<typeof addUp>>(true)).toBe(true);
  expect(holds<Equal<Callable<typeof greet>, false>>(true)).toBe(true);
  expect(greet.name).toBe('greet');
});

it('infers input and output at the call', async () => {
  const client = clientFor();
  const calling = () => client.call(addUp, { numbers: [1] }, { remainingTimeMs: () => 0 });
  expect(holds<Equal<Awaited<ReturnType<typeof calling>>, { readonly sum: number }>>(true)).toBe(true);
  type Call = typeof client.call<'add-up', InputOf<typeof addUp>, { readonly sum: number }>;
  expect(holds<Equal<Parameters<Call>[1], { readonly numbers: readonly number[] }>>(true)).toBe(true);
  await expect(calling()).rejects.toThrow('the caller ran out of time');
});

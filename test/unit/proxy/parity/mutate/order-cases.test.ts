import { orderCases } from '../../../../../proxy/parity/mutate/order-cases';

it('sends what caught neighbours first, then one of each kind, rare kinds first, each case once, within the budget', () => {
  const of = (index: number, signature: string, caught = 0) => ({ index, signature, caught });
  const cases = [of(1, 'a'), of(2, 'a'), of(3, 'a', 2), of(4, 'b'), of(5, 'c'), of(6, 'c', 5)];
  expect(orderCases(cases, { most: 6 })).toEqual([6, 3, 4, 5, 1, 2]);
  expect(orderCases(cases, { most: 4 })).toEqual([6, 3, 4, 5]);
  expect(orderCases([], { most: 4 })).toEqual([]);
});

import { handler } from '../../../../../lambda/eventsapp/authorizer';

it('takes at most two parameters, as the runtime demands', () => {
  expect(handler.length).toBeLessThanOrEqual(2);
});

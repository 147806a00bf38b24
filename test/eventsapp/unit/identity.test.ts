import { ObjectId } from 'mongodb';
import { parseIdentity } from '../../../lambda/eventsapp/identity';

const ann = { userId: 'u1', customerAccountId: 'a1', fullName: 'Ann', roles: ['member'] };

describe('parseIdentity', () => {
  it('takes ObjectIds for their hex text', () => {
    const [user, account] = [new ObjectId(), new ObjectId()];
    expect(parseIdentity({ ...ann, userId: user, customerAccountId: account })).toEqual({
      ...ann,
      userId: user.toHexString(),
      customerAccountId: account.toHexString(),
    });
  });

  it.each([
    ['text', 'u1'],
    ['true', true],
    ['an operator', { $ne: null }],
    ['an id that is an operator', { ...ann, userId: { $ne: null } }],
    ['an empty id', { ...ann, userId: '' }],
    ['no account', { ...ann, customerAccountId: undefined }],
    ['a name that is not text', { ...ann, fullName: 7 }],
    ['roles that are not a list', { ...ann, roles: 'member' }],
    ['a role that is not text', { ...ann, roles: [1] }],
    ['inherited parts', Object.create(ann) as unknown],
  ])('knows nobody in %s', (_case, user) => {
    expect(parseIdentity(user)).toBeUndefined();
  });
});

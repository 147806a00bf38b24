import { accountRoutes } from '../../../legacy/accounts/routes';
import { createAccountStore } from '../../../legacy/accounts/store';
import { createUserStore } from '../../../legacy/auth/store';
import { connectEarly } from '../../mongo';
import { lift } from '../../lifted/lift';

connectEarly();

/** `GET` and `PATCH /api/account`, `GET /api/account/users` */
export const handler = lift((router, db) => {
  const accounts = createAccountStore(db);
  const users = createUserStore(db);
  router.use('/api/account', accountRoutes({ accounts, users, clock: () => new Date() }));
});

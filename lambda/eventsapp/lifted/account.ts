import { lift } from 'banyan-strangler/lifted';
import { connectEarly } from 'banyan-strangler/mongo';
import banyan from '../../../banyan.config';
import { accountRoutes } from '../../../legacy/accounts/routes';
import { createAccountStore } from '../../../legacy/accounts/store';
import { createUserStore } from '../../../legacy/auth/store';

connectEarly();

/** `GET` and `PATCH /api/account`, `GET /api/account/users` */
export const handler = lift(banyan, (router, db) => {
  const accounts = createAccountStore(db);
  const users = createUserStore(db);
  router.use('/api/account', accountRoutes({ accounts, users, clock: () => new Date() }));
});

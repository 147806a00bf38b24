import { Router, type Response } from 'express';
import { asyncRoute } from '../async-route';
import { requireRole, requireUser } from '../auth/access';
import { accountOf } from '../auth/identity';
import type { UserDocument, UserStore } from '../auth/store';
import { sendValidationErrors } from '../validation';
import type { AccountDocument, AccountStore } from './store';
import { validateAccountChange } from './validate';

interface AccountRoutesDeps {
  readonly accounts: AccountStore;
  readonly users: UserStore;
  readonly clock: () => Date;
}

/** `/api/account`: the user's own customer account. */
export function accountRoutes({ accounts, users, clock }: AccountRoutesDeps): Router {
  const router = Router();
  const organiser = requireRole('organiser');

  router.get(
    '/',
    requireUser,
    asyncRoute(async (req, res) => {
      const account = await accounts.find(accountOf(req));
      return account ? res.json({ account: toAccountJson(account) }) : sendAccountNotFound(res);
    }),
  );

  router.patch(
    '/',
    organiser,
    asyncRoute(async (req, res) => {
      const change = validateAccountChange(req.body);
      if (!change.ok) return sendValidationErrors(res, change.fields);
      const account = await accounts.update(accountOf(req), change.value, clock());
      return account ? res.json({ account: toAccountJson(account) }) : sendAccountNotFound(res);
    }),
  );

  router.get(
    '/users',
    organiser,
    asyncRoute(async (req, res) => {
      const found = await users.listByAccount(accountOf(req));
      return res.json({ users: found.map(toUserJson) });
    }),
  );

  return router;
}

function sendAccountNotFound(res: Response): Response {
  return res.status(404).json({ error: 'Account not found' });
}

function toAccountJson({ _id, name, plan, billingEmail, timezone, createdAt, updatedAt }: AccountDocument): object {
  return { id: _id.toHexString(), name, plan, billingEmail, timezone, createdAt, updatedAt };
}

function toUserJson({ _id, email, fullName, roles, createdAt }: UserDocument): object {
  return { id: _id.toHexString(), email, fullName, roles, createdAt };
}

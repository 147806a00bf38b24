import type { RequestHandler, Response } from 'express';
import { currentUser, type Role } from './identity';

/** Lets users in, with whatever role; 401 for the rest. */
export const requireUser: RequestHandler = (req, res, next) => {
  if (currentUser(req)) next();
  else sendNotAuthenticated(res);
};

/** Lets users and integrations in; 401 for the rest. Belongs behind {@link acceptApiKey}. */
export const requireReader: RequestHandler = (req, res, next) => {
  if (currentUser(req) ?? req.integration) next();
  else sendNotAuthenticated(res);
};

/** Lets users with the role in; 401 for strangers, 403 for other users. */
export function requireRole(role: Role): RequestHandler {
  return (req, res, next) => {
    const user = currentUser(req);
    if (!user) sendNotAuthenticated(res);
    else if (user.roles.includes(role)) next();
    else res.status(403).json({ error: 'Not allowed' });
  };
}

function sendNotAuthenticated(res: Response): void {
  res.status(401).json({ error: 'Not authenticated' });
}

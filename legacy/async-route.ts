import type { NextFunction, Request, RequestHandler, Response } from 'express';

/**
 * Lets a route be an async function: Express 4 does not look at returned promises, so a rejection would be an unhandled one
 * and end the process. Here it goes to `next`, and so to Express's 500 page.
 */
export function asyncRoute(
  route: (req: Request, res: Response, next: NextFunction) => Promise<unknown>,
): RequestHandler {
  return (req, res, next) => {
    route(req, res, next).catch(next);
  };
}

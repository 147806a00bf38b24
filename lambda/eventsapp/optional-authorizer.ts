import { authorizerHandler } from 'banyan-strangler/authorizer';
import banyan from '../../banyan.config';

/** For routes with `auth: optional`. */
export const handler = authorizerHandler(banyan, { anonymous: 'let through' });

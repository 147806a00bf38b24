import { authorizerHandler } from 'banyan-strangler/authorizer';
import banyan from '../../banyan.config';

/** For every private route. */
export const handler = authorizerHandler(banyan, { anonymous: 'refused' });

import { authorizerHandler } from 'banyan-strangler/authorizer';
import banyan from '../../banyan.config';

export const handler = authorizerHandler(banyan, { anonymous: 'refused' });

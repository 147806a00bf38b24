import { authorizerHandler } from 'banyan-strangler/authorizer';
import banyan from '../../banyan.config.js';

export const handler = authorizerHandler(banyan, { anonymous: 'refused' });

import { authorizerHandler } from 'banyan-strangler/authorizer';
import { testBanyan } from '../test-banyan';

export const handler = authorizerHandler(testBanyan, { anonymous: 'refused' });

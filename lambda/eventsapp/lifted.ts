import { lift } from 'banyan-strangler/lifted';

/** The monolith itself, for every route that serverless.yml leads here. */
export const handler = lift('legacy/server');

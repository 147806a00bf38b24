import { lift } from 'banyan-strangler/lifted';

export const handler = lift('app.js');

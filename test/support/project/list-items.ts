import { bindHttpHandler, json } from 'banyan-strangler/lambda';
import { testBanyan } from '../test-banyan';

export const handler = bindHttpHandler(testBanyan)(() => json(200, []));

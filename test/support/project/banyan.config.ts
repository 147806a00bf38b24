import { testBanyan } from '../test-banyan';

/** A project whose parts agree, for commands that read one. */
export default { ...testBanyan, routes: 'routes.yml', serverless: 'serverless.yml' };

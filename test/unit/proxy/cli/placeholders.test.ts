import { withPlaceholders } from '../../../../proxy/cli/placeholders';
import { testBanyan } from '../../../support/test-banyan';

it('an app that is only looked at has what banyan.config.ts says that it needs; what is set stays', () => {
  const environment = { DATABASE_URL: '{{MONGODB_URI}}?ssl=false', SELF: 'http://127.0.0.1:{{PORT}}', SITE: 'Shop' };
  const banyan = { session: testBanyan.session, dev: { environment } };
  expect(withPlaceholders({ SITE: 'Other', HOME: '/root' }, banyan)).toEqual({
    MONGODB_URI: 'mongodb://127.0.0.1/banyan',
    SESSION_SECRET: expect.any(String) as string,
    DATABASE_URL: 'mongodb://127.0.0.1/banyan?ssl=false',
    SELF: 'http://127.0.0.1:3001',
    SITE: 'Other',
    HOME: '/root',
  });
});

import { passport04, unpatchRequests } from '../../oracles/app';
import { describePassport } from './passport-logins';

// A file of its own: this passport adds methods to Node's IncomingMessage.
describePassport({ version: '0.4', passport: passport04, loginEndsOldSession: false });
afterAll(unpatchRequests);

import { passport07 } from '../../oracles/app';
import { describePassport } from './passport-logins';

describePassport({ version: '0.7', passport: passport07, loginEndsOldSession: true });

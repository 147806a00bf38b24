import * as suites from '../cases/account';
import { describeSuites } from './describe-parity';

describeSuites(Object.values(suites));

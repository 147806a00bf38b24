import * as suites from '../cases/get-event';
import { describeSuites } from './describe-parity';

describeSuites(Object.values(suites));

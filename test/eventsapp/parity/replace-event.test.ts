import * as suites from '../cases/replace-event';
import { describeSuites } from './describe-parity';

describeSuites(Object.values(suites));

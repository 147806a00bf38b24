import * as suites from '../cases/delete-event';
import { describeSuites } from './describe-parity';

describeSuites(Object.values(suites));

import * as suites from '../cases/create-event';
import { describeSuites } from './describe-parity';

describeSuites(Object.values(suites));

import * as suites from '../cases/list-events';
import { describeSuites } from './describe-parity';

describeSuites(Object.values(suites));

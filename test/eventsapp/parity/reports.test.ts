import * as suites from '../cases/reports';
import { describeSuites } from './describe-parity';

describeSuites(Object.values(suites));

import * as suites from '../cases/get-all-metrics';
import { describeSuites } from './describe-parity';

describeSuites(Object.values(suites));

import * as suites from '../cases/get-event-metrics';
import { describeSuites } from './describe-parity';

describeSuites(Object.values(suites));

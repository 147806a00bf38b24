import * as suites from '../cases/attendees';
import { describeSuites } from './describe-parity';

describeSuites(Object.values(suites));

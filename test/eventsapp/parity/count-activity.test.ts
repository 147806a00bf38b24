import * as suites from '../cases/count-activity';
import { describeSuites } from './describe-parity';

describeSuites(Object.values(suites));

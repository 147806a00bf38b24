import * as suites from '../cases/photos';
import { describeSuites } from './describe-parity';

describeSuites(Object.values(suites));

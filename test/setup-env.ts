import { setProcessEnvironment } from '../shared/local/gateway/process-environment';
import { withoutForeignVariables } from './support/foreign-variables';

setProcessEnvironment(withoutForeignVariables(process.env));
// Express decides by NODE_ENV what its error pages show; clients only ever meet the production pages.
process.env['NODE_ENV'] = 'production';
// The AWS SDK warns of Node.js 20 in every worker.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

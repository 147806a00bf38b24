import { declareValuePlugin, PluginKind } from '@stryker-mutator/api/plugin';

/** Calls of these methods write a log line. */
const LOG_METHODS = new Set(['trace', 'debug', 'info', 'warn', 'error', 'fatal']);
/** Properties that hold a sentence for people. */
const SENTENCES = new Set(['why', 'message', 'explanation']);

const isText = ({ node }) => node.type === 'StringLiteral' || node.type === 'TemplateLiteral';
const isOneOf = (node, names) => node?.type === 'Identifier' && names.has(node.name);

/** `logger.info`, and `faults.push`: everywhere a list of messages goes by that name. */
const isLogOrFaults = ({ object, property }) =>
  isOneOf(property, LOG_METHODS) || (object.name === 'faults' && property.name === 'push');

/** Whether a text ends up in a message: of an error, of a log line, or in a property for people; also as a part of a longer text. */
function isInMessage(path) {
  const { parent } = path;
  switch (parent?.type) {
    case 'TemplateLiteral':
    case 'BinaryExpression':
    case 'ConditionalExpression':
    case 'ArrayExpression':
      return parent.test !== path.node && isInMessage(path.parentPath);
    case 'NewExpression':
      return parent.callee.type === 'Identifier' && parent.callee.name.endsWith('Error');
    case 'CallExpression':
      return parent.callee.type === 'MemberExpression' && isLogOrFaults(parent.callee);
    case 'ObjectProperty':
      return isOneOf(parent.key, SENTENCES);
    default:
      return false;
  }
}

/** Leaves out what only changes the wording: tests hold codes, statuses and decisions, not sentences. */
export const strykerPlugins = [
  declareValuePlugin(PluginKind.Ignore, 'messages', {
    shouldIgnore: (path) => (isText(path) && isInMessage(path) ? 'wording of a message' : undefined),
  }),
];

import { shortenClientFaults } from '../../../../shared/local/console-errors';
import { capturedLogger } from '../../../support/captured-logger';

describe('errors that Express prints', () => {
  const reported = (...values: unknown[]): { logged: string[]; printed: unknown[][] } => {
    const printed: unknown[][] = [];
    const output = { error: (...what: unknown[]) => void printed.push(what) };
    const logger = capturedLogger();
    const undo = shortenClientFaults(output, logger);
    output.error(...values);
    undo();
    output.error('afterwards');
    expect(printed.pop()).toEqual(['afterwards']);
    return { logged: logger.lines.map(({ message }) => message.trim()), printed };
  };

  it.each([
    'SyntaxError: Unexpected end\n    at parse (/x/node_modules/body-parser/lib/types/json.js:96:19)',
    'BadRequestError: request aborted\n    at onAborted (C:\\x\\node_modules\\raw-body\\index.js:1:1)',
    "URIError: Failed to decode param '%zz'\n    at decodeURIComponent (<anonymous>)",
  ])('become one line when they are the fault of the client: %j', (text) => {
    expect(reported(text)).toEqual({
      logged: [`refused by Express: ${text.split('\n')[0]?.replace("'%zz'", "'(other)'")}`],
      printed: [],
    });
  });

  it.each([['Error: boom\n    at handler (/x/legacy/events/routes.ts:1:1)'], ['a', 'b'], [new Error('x')]])(
    'are printed whole otherwise: %p',
    (...values) => {
      expect(reported(...values)).toEqual({ logged: [], printed: [values] });
    },
  );
});

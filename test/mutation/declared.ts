import type { Declared } from './score';

/** Survivors that no test can kill, by file, each with its reason: changes that leave the behaviour as it is. */
export const DECLARED: Readonly<Record<string, readonly Declared[]>> = {
  'proxy/choose-target.ts': [
    {
      source:
        "return (headers.cookie ?? '').split(';').some((pair) => pair.split('=', 1)[0]?.trim() === condition.cookie);",
      changes: [`'' => "Stryker was here!"`, "pair.split('=', 1)[0]?.trim => pair.split('=', 1)[0].trim"],
      reason: 'no cookie has a name with spaces, and split always gives a first part',
    },
    {
      source: 'if (authorization !== undefined && /^\\s*AWS(?:\\d|\\s|$)/i.test(authorization)) return true;',
      changes: ['authorization !== undefined => true'],
      reason: 'asked by the type checker only: `undefined` as text does not match',
    },
    {
      source: 'if (query === undefined || !/amz|%/i.test(query)) return false;',
      changes: [
        'query === undefined || !/amz|%/i.test(query) => false',
        'query === undefined || !/amz|%/i.test(query) => query === undefined && !/amz|%/i.test(query)',
        'query === undefined => false',
      ],
      reason: 'spares parsing the query; what follows decides the same',
    },
    {
      source: "return headers['content-encoding'] !== undefined || /charset/i.test(headers['content-type'] ?? '');",
      changes: [`'' => "Stryker was here!"`],
      reason: 'any text without `charset` decides the same',
    },
    {
      source: "if (!pathname.includes('%') && !pathname.includes('/.')) return true;",
      changes: ["!pathname.includes('%') && !pathname.includes('/.') => false", `'%' => ""`, `'/.' => ""`],
      reason: 'spares decoding; what follows decides the same',
    },
    {
      source: "if (!text.includes('%')) return true;",
      changes: ["!text.includes('%') => false", `'%' => ""`],
      reason: 'spares decoding; what follows decides the same',
    },
  ],
};

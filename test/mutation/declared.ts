import type { Declared } from './score';

/** Survivors that no test can kill, by file, each with its reason: changes that leave the behaviour as it is. */
export const DECLARED: Readonly<Record<string, readonly Declared[]>> = {
  'proxy/choose-target.ts': [
    {
      source: "function isUtf8(contentType = ''): boolean {",
      changes: [`'' => "Stryker was here!"`],
      reason: 'any text without `charset` decides the same',
    },
    {
      source: 'if (!/charset/i.test(contentType)) return true;',
      changes: ['!/charset/i.test(contentType) => false'],
      reason: 'spares the replacing; what follows decides the same',
    },
    {
      source:
        'return !/charset/i.test(contentType.replace(/;[ \\t]*charset[ \\t]*=[ \\t]*(?:utf-8|"utf-8")[ \\t]*(?=;|$)/gi, \'\'));',
      changes: [`'' => "Stryker was here!"`],
      reason: 'any text without `charset` in place of one that is UTF-8 decides the same',
    },
    {
      source: '} catch {',
      changes: ['{ return false; } => {}'],
      reason: '`undefined` is as false, and only ever asked for that',
    },
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
  'proxy/guard/judge.ts': [
    {
      source:
        'evidence: { ...common, slow: counts.slow, timed: counts.timed, limitMs: limit, legacyP99Ms: baseline?.p99 ?? 0 },',
      changes: ['baseline?.p99 => baseline.p99'],
      reason: 'asked by the type checker only: without a baseline there is no limit to exceed',
    },
  ],
  'shared/session/cookie-header.ts': [
    {
      source: "if (!text.includes('%')) return text;",
      changes: ["!text.includes('%') => false", `'%' => ""`],
      reason: 'spares decoding; a text without `%` decodes to itself',
    },
  ],
  'shared/session/session-config.ts': [
    {
      source: "const encryption = session.store.format === 'connect-mongo' ? session.store.encryption : undefined;",
      changes: ["session.store.format === 'connect-mongo' => true"],
      reason: 'asked by the type checker only: the other store has no encryption',
    },
  ],
  'shared/session/set-cookie.ts': [
    {
      source: 'if (!session.rolling || token === undefined || storedCookie === undefined || firstSecret === undefined)',
      changes: ['storedCookie === undefined => false', 'firstSecret === undefined => false'],
      reason:
        'asked by the type checker only: what follows makes nothing of no cookie, and without a secret of no token',
    },
  ],
  'shared/session/formats/record-format.ts': [
    {
      source: "const hmac = fields?.length === 6 ? fields[1]?.toString('latin1') : undefined;",
      changes: ['fields[1]?.toString => fields[1].toString'],
      reason: 'asked by the type checker only: of six fields there is a second',
    },
    {
      source: "return typeof once === 'string' ? (parseJson(once) ?? once) : once;",
      changes: ["typeof once === 'string' => true"],
      reason: 'asked by the type checker only: what is not text stays JSON, whatever is made of its text',
    },
  ],
};

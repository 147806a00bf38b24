import { existsSync } from 'node:fs';
import { z } from 'zod';
import type { Place } from '../config/places';
import { ConfigError } from '../errors';
import { parseYaml, pathText } from '../parsed-yaml';
import { readText } from '../text-file';
import { isHtmlPath, parseHtmlPath } from './html/html-path';
import { isWholeBody, RULE_KINDS, type Rule } from './rules';
import { isDay } from './time-text';
import { tokenFault } from './token-pattern';

const text = z.string('expected a text').trim().min(1, 'is empty');

/** A duration such as `5s`, in ms, or a plain number. */
const within = z.union([
  z.number().positive(),
  z
    .string()
    .regex(/^\d+(ms|s|m|h)$/, 'expected a number, or a duration such as 500ms, 5s, 2m')
    .transform((value) => Number.parseInt(value, 10) * { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }[unitOf(value)]),
]);

const statuses = z
  .union([z.int(), z.array(z.int()).min(1)], 'expected a status or a list of them')
  .transform((value) => [value].flat());

const condition = z.strictObject(
  { identity: text.optional(), header: text.optional(), legacy: statuses.optional(), candidate: statuses.optional() },
  'expected identity, header, legacy, candidate',
);

const ruleSchema = z
  .strictObject(
    {
      route: text,
      path: text.regex(
        /^(\$|body\b|status$|answer$|header |cookie |database )/,
        'expected answer, status, header <name>, cookie <name>[; <attribute>], $<path in JSON>, body <element> <@attribute, text, whitespace or comment>, body spelling or database <collection> ...',
      ),
      kind: z.enum(RULE_KINDS, `expected one of ${RULE_KINDS.join(', ')}`),
      within: within.optional(),
      pattern: text.exactOptional(),
      by: text.exactOptional(),
      when: condition.exactOptional(),
      reason: z.string('expected a text').trim().min(10, 'is not a reason; state why the difference does not matter'),
      owner: text,
      expires: z
        .string('expected a date such as 2027-01-31')
        .regex(/^\d{4}-\d\d-\d\d$/, 'expected a date such as 2027-01-31')
        .refine(isDay, 'is not a calendar date'),
    },
    'expected route, path, kind, reason, owner, expires',
  )
  .refine((rule) => (rule.kind === 'tolerance') === (rule.within !== undefined), {
    message: 'within belongs to kind tolerance, and tolerance needs it: within: 5s',
    path: ['within'],
  })
  .refine((rule) => rule.by === undefined || rule.kind === 'unordered', {
    message: 'belongs to kind unordered: the member by which the list is sorted all the same',
    path: ['by'],
  })
  .superRefine(({ kind, path, pattern, when }, context) => {
    const fault = (at: string, message: string): void => {
      context.addIssue({ code: 'custom', path: [at], message });
    };
    if ((kind === 'token') !== (pattern !== undefined)) {
      fault('pattern', 'belongs to kind token, and token needs it: pattern: "[0-9a-f]{32}"');
      return;
    }
    const isWhole = isWholeBody(path);
    if (pattern !== undefined) {
      const wrong = tokenFault(pattern, { isWide: isWhole });
      if (wrong !== undefined) fault('pattern', wrong);
    } else if (isWhole && kind !== 'unordered' && !(kind === 'accepted' && when !== undefined))
      fault(
        'path',
        'is a whole body, so that nothing in it would be compared; name what differs, such as $.requestId or body form input[name=_csrf] @value, or mask it by kind: token with a pattern',
      );
    else if (isHtmlPath(path) && kind !== 'accepted' && parseHtmlPath(path).leaf === undefined)
      fault('path', `names an element with all that is in it; say what of it: ${path} text, or ${path} @value`);
  })
  .refine((rule) => rule.path !== 'answer' || (rule.kind === 'accepted' && rule.when !== undefined), {
    message:
      'a whole answer can only be accepted, and only when: {identity or header: ..., legacy: ..., candidate: ...}',
    path: ['path'],
  });

const fileSchema = z.strictObject({ rules: z.array(ruleSchema, 'expected a list of rules') });

/** Validates a rules file. Throws ConfigError with every fault as `file:line:column path: what is wrong`. */
export function parseRules(source: string, file: string): readonly Rule[] {
  const { content, placeOf, lineOf } = parseYaml(source, { file, subject: 'Parity rules' });
  const parsed = fileSchema.safeParse(content);
  if (!parsed.success)
    throw new ConfigError(
      'Parity rules',
      parsed.error.issues.map(({ path, message }) => `${placeOf(path)} ${pathText(path)}: ${message}`),
    );
  return parsed.data.rules.map(({ within: tolerance, ...rule }, index) => ({
    ...rule,
    ...(tolerance !== undefined && { within: tolerance }),
    place: `${file}:${lineOf(['rules', index])}`,
  }));
}

/** @throws BanyanError for a file that the configuration names and that cannot be read; a default need not be there */
export function readRules({ path, isDefault }: Place): string {
  return isDefault && !existsSync(path) ? 'rules: []\n' : readText(path, 'parity.rules');
}

/** Rules that have expired by `today` (`YYYY-MM-DD`), and those of a route that does not exist. */
export function faultsOfRules(rules: readonly Rule[], today: string, routes: ReadonlySet<string>): readonly string[] {
  return rules.flatMap(({ expires, place, route, path, reason }) => {
    if (expires < today)
      return [`${place} expired on ${expires} (${path}: ${reason}); fix the difference, or set a new date`];
    if (route !== '*' && !routes.has(route)) return [`${place} route ${JSON.stringify(route)} does not exist`];
    return [];
  });
}

function unitOf(value: string): 'ms' | 's' | 'm' | 'h' {
  if (value.endsWith('ms')) return 'ms';
  return value.endsWith('s') ? 's' : value.endsWith('m') ? 'm' : 'h';
}

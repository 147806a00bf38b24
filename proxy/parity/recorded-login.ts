import { readFileSync } from 'node:fs';
import type { LoginStep, RecordedIdentity } from '../../shared/config';
import { ConfigError } from '../../shared/errors';
import { runSteps } from '../../shared/parity/steps';
import { parseDocument } from '../../shared/parity/html/parse-document';
import { parseSelector, selectElement, valueOfElement } from '../../shared/parity/html/select';
import type { HarEntry, HarPostData } from '../../shared/recording/har/har';
import { parseHar } from '../../shared/recording/har/parse-har';

/** What a recorder or browser leaves in the place of a secret. */
const REDACTED = /^\[?redacted\]?$|^$/i;

/** A recorded login as steps: values of fields that a page had, such as a CSRF token, are read anew. Throws ConfigError when one is missing. */
export function stepsOfRecording(
  name: string,
  { har: file, values = {} }: Omit<RecordedIdentity, 'kind'>,
): readonly LoginStep[] {
  const fault = (what: string): ConfigError => new ConfigError('parity.identities', [`${name}: ${file} ${what}`]);
  let content: string;
  try {
    content = readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigError(
      'parity.identities',
      [`${name}: ${file} cannot be read; expected the path of a HAR file`],
      error,
    );
  }
  const { entries } = parseHar(content, file).har.log;
  const last = entries.findLastIndex(({ request }) => request.postData !== undefined && request.method !== 'GET');
  if (last < 0) throw fault('has no request with a body; expected a recorded login');
  const kept = entries
    .slice(0, last + 1)
    .filter((entry, i) => entry.request.postData !== undefined || isPage(entry) || i === last);
  const steps: {
    request: string;
    extract: Record<string, { selector: string }>;
    form?: Record<string, string>;
    json?: unknown;
    status: number;
  }[] = [];
  for (const [i, { request, response }] of kept.entries()) {
    const url = new URL(request.url);
    const fields = request.postData === undefined ? undefined : fieldsOf(request.postData);
    const body: Record<string, unknown> = {};
    for (const [field, recorded] of Object.entries(fields?.values ?? {})) {
      const page = kept.slice(0, i).findLastIndex((earlier) => fieldIn(earlier, field) !== undefined);
      if (Object.hasOwn(values, field)) body[field] = values[field];
      else if (page >= 0 && (recorded === fieldIn(kept[page], field) || REDACTED.test(String(recorded)))) {
        const variable = `field${page + 1}_${field.replaceAll(/\W/g, '_')}`;
        const step = steps[page];
        if (step !== undefined) step.extract[variable] = { selector: `[name="${field}"]` };
        body[field] = `{{${variable}}}`;
      } else if (REDACTED.test(String(recorded)))
        throw fault(
          `has no value for the field ${field}, which was redacted; give it in values: {${JSON.stringify(field)}: ...}`,
        );
      else body[field] = recorded;
    }
    steps.push({
      request: `${request.method} ${url.pathname}${url.search}`,
      extract: {},
      status: response.status,
      ...(fields?.kind === 'form' && { form: body as Record<string, string> }),
      ...(fields?.kind === 'json' && { json: body }),
    });
  }
  return steps;
}

function isPage({ request, response }: HarEntry): boolean {
  return request.method === 'GET' && response.status === 200 && /^text\/html\b/i.test(response.content.mimeType);
}

/** The value of a field in a recorded page; undefined without one. */
function fieldIn(entry: HarEntry | undefined, field: string): string | undefined {
  if (entry === undefined || !isPage(entry) || !/^[^"\\\]]+$/.test(field)) return undefined;
  const { text = '', encoding } = entry.response.content;
  const document = runSteps(parseDocument(encoding === 'base64' ? Buffer.from(text, 'base64').toString() : text));
  const selector = parseSelector(`[name="${field}"]`);
  const element = document && selector && selectElement(document, selector);
  return element && valueOfElement(element, undefined);
}

function fieldsOf({ mimeType, text, params }: HarPostData): {
  readonly kind: 'form' | 'json';
  readonly values: Readonly<Record<string, unknown>>;
} {
  if (/json/i.test(mimeType)) {
    const value: unknown = JSON.parse(text ?? '{}');
    return {
      kind: 'json',
      values: typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {},
    };
  }
  const pairs = params?.map(({ name, value = '' }) => [name, value] as const) ?? [...new URLSearchParams(text ?? '')];
  return { kind: 'form', values: Object.fromEntries(pairs) };
}

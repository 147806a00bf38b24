import type { Extraction, LoginStep, StepsIdentity } from '../../shared/config';
import { BanyanError } from '../../shared/errors';
import { parseJsonPath, replaceAt } from '../../shared/json-path';
import { decompress } from '../../shared/parity/decompress';
import { headerValues, type ObservedResponse } from '../../shared/parity/exchange';
import { parseDocument } from '../../shared/parity/html/parse-document';
import { parseSelector, selectElement, valueOfElement } from '../../shared/parity/html/select';
import { runSteps } from '../../shared/parity/steps';
import { parseJson } from '../../shared/session/parse-json';
import { CookieJar } from './cookie-jar';
import type { Credentials } from './credentials';
import { send } from './send';

/** Of an answer in which something is looked for. */
const MAX_SEARCHED = 1_000_000;

/** Logs in as a browser would and returns the headers of the identity. Throws BanyanError `login_failed` naming the step, no value. */
export async function logInBySteps(
  name: string,
  { steps, headers = {}, credentials }: Omit<StepsIdentity, 'kind'>,
  legacyUrl: string,
  cookieName: string,
): Promise<Credentials> {
  const jar = new CookieJar();
  const values = new Map<string, string>();
  for (const [i, step] of steps.entries()) {
    const fail = (what: string): never => {
      throw new BanyanError(
        `the identity "${name}" cannot log in: step ${i + 1} of ${steps.length} (${step.request}): ${what}; ` +
          'check parity.identities in banyan.config.ts and that the user is in the database',
        { code: 'login_failed' },
      );
    };
    const response = await sendStep(step, { headers, jar, values, legacyUrl, fail });
    jar.take(response);
    check(step, response, fail);
    for (const [variable, extraction] of Object.entries(step.extract ?? {}))
      values.set(
        variable,
        extract(response, extraction, (what) => fail(`${variable}: ${what}`)),
      );
  }
  if (credentials === undefined && !jar.has(cookieName))
    throw new BanyanError(
      `the identity "${name}" cannot log in: after ${steps.length} steps there is no cookie ${cookieName}; ` +
        'where the app sets it over HTTPS only, add headers: {"X-Forwarded-Proto": "https"} to the identity; where it gives a token, add credentials',
      { code: 'login_failed' },
    );
  const cookie = jar.header();
  const fill = filler(values, (what) => {
    throw new BanyanError(`the identity "${name}": ${what} in credentials`, { code: 'login_failed' });
  });
  return { ...headers, ...mapValues(credentials ?? {}, fill), ...(cookie !== undefined && { cookie }) };
}

type Fail = (what: string) => never;

interface Sending {
  readonly headers: Readonly<Record<string, string>>;
  readonly jar: CookieJar;
  readonly values: ReadonlyMap<string, string>;
  readonly legacyUrl: string;
  readonly fail: Fail;
}

async function sendStep(
  { request, headers: own = {}, form, json }: LoginStep,
  { headers, jar, values, legacyUrl, fail }: Sending,
): Promise<ObservedResponse> {
  const [method = 'GET', path = '/'] = request.split(' ', 2);
  const fill = filler(values, fail);
  const body =
    form !== undefined
      ? new URLSearchParams(mapValues(form, fill)).toString()
      : json === undefined
        ? undefined
        : JSON.stringify(fillDeep(json, fill));
  const type = form !== undefined ? 'application/x-www-form-urlencoded' : 'application/json';
  const cookie = jar.header();
  const { response } = await send(legacyUrl, {
    method,
    path: fill(path, encodeURIComponent),
    headers: [
      ...Object.entries(headers),
      ...(body === undefined ? [] : [['Content-Type', type] as const]),
      ...Object.entries(mapValues(own, fill)),
      ...(cookie === undefined ? [] : [['Cookie', cookie] as const]),
    ],
    ...(body !== undefined && { body }),
  });
  return response;
}

function check({ status, location }: LoginStep, response: ObservedResponse, fail: Fail): void {
  const { statusCode } = response;
  const wanted = status === undefined ? undefined : [status].flat();
  const went = headerValues(response, 'location')[0];
  // Where it goes may hold a token in its query.
  const to = went === undefined ? '' : ` with Location ${went.split('?', 1)[0]}`;
  if (wanted === undefined ? statusCode >= 400 : !wanted.includes(statusCode))
    fail(
      `expected ${wanted === undefined ? 'a status below 400' : `status ${wanted.join(' or ')}`}, got ${statusCode}${to}`,
    );
  if (location !== undefined && went !== location && went?.split('?', 1)[0] !== location)
    fail(`expected Location ${location}, got ${statusCode}${to || ' without one'}`);
}

function extract(response: ObservedResponse, extraction: Extraction, fail: Fail): string {
  if ('header' in extraction)
    return (
      headerValues(response, extraction.header.toLowerCase())[0] ??
      fail(`expected the header ${extraction.header}, got none`)
    );
  const { body } = response;
  if (!Buffer.isBuffer(body)) return fail('the answer is too large to look into');
  const text = decompress(response, body).toString().slice(0, MAX_SEARCHED);
  const type = headerValues(response, 'content-type')[0] ?? 'no content type';
  const got = `got ${response.statusCode}, ${type.slice(0, 80)}, ${body.length} bytes`;
  if ('selector' in extraction) {
    const selector = parseSelector(extraction.selector);
    const document = runSteps(parseDocument(text));
    const element = selector && document && selectElement(document, selector);
    if (element === undefined) return fail(`expected an element ${extraction.selector}, ${got}`);
    const value = valueOfElement(element, extraction.attribute);
    return value ?? fail(`${extraction.selector} has no attribute ${extraction.attribute ?? 'value'}, ${got}`);
  }
  if ('pattern' in extraction) {
    const found = new RegExp(extraction.pattern).exec(text);
    return found?.[1] ?? found?.[0] ?? fail(`expected something that fits ${String(extraction.pattern)}, ${got}`);
  }
  const path = parseJsonPath(extraction.jsonPath);
  const found: unknown[] = [];
  const document = parseJson(text);
  if (document === undefined || path === undefined) return fail(`expected JSON, ${got}`);
  replaceAt(document, path, (value) => (found.push(value), value));
  const [value] = found;
  return typeof value === 'string' || typeof value === 'number'
    ? String(value)
    : fail(`expected a text or number at ${extraction.jsonPath}, ${got}`);
}

type Fill = (text: string, encode?: (value: string) => string) => string;

/** Puts values in for `{{name}}`. */
function filler(values: ReadonlyMap<string, string>, fail: Fail): Fill {
  return (text, encode = (value) => value) =>
    text.replaceAll(/\{\{(\w+)\}\}/g, (_whole, name: string) => {
      const value = values.get(name);
      return value === undefined ? fail(`{{${name}}} has not been extracted by an earlier step`) : encode(value);
    });
}

function mapValues(record: Readonly<Record<string, string>>, change: Fill): Record<string, string> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}

function fillDeep(value: unknown, fill: Fill): unknown {
  if (typeof value === 'string') return fill(value);
  if (Array.isArray(value)) return value.map((member: unknown) => fillDeep(member, fill));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, fillDeep(member, fill)]));
}

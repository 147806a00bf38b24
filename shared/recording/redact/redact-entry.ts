import type { HarEntry, HarNotes, HarPair, HarPostData, HarContent, HarRequest, HarResponse } from '../har/har';
import { ExchangeSecrets } from './exchange-secrets';
import { parseJsonPath } from '../../json-path';
import { parseJson } from '../../session/parse-json';
import { createPlaceholders, type Placeholders } from './placeholders';
import { redactBody, redactValue, type BodyRules } from './redact-body';
import { HeaderRedaction } from './redact-headers';
import { knownNames, NameRedaction } from './redact-names';
import { isSecretName, REMOVED, type RedactionSettings } from './settings';

/** Removes secrets from the entries of one recording; the same secret has the same placeholder in all of them. */
export interface Redactor {
  /** Throws Error for an exchange with more than `mostSecrets`. */
  redact(entry: HarEntry): HarEntry;
}

/**
 * Makes a redactor. Session tokens become `session-1`, keys and other tokens `credential-1`; values of secret fields,
 * of configured JSON paths and of other cookies become `[redacted]`. Wherever else in the exchange they occur, they are
 * replaced too. Names that are not plain identifiers become `(other)`.
 *
 * Bodies that cannot be parsed, such as broken JSON declared as JSON, are left out.
 */
export function createRedactor(
  settings: RedactionSettings,
  placeholders: Placeholders = createPlaceholders(),
  { mostSecrets = Number.POSITIVE_INFINITY }: { readonly mostSecrets?: number } = {},
): Redactor {
  const headers = new HeaderRedaction(settings, placeholders);
  const known = knownNames(settings);
  const parsed = settings.paths.map(parseJsonPath).filter((path) => path !== undefined);

  return {
    redact(entry) {
      const secrets = new ExchangeSecrets(placeholders);
      const rules: BodyRules = { paths: parsed, secrets };
      const omitted = [...(entry._banyan?.omitted ?? [])];
      // Look at everything first, then replace: a secret may be recognised only after its first occurrence.
      const request = redactRequest(entry.request, { headers, rules, omitted });
      const response = redactResponse(entry.response, { headers, rules, omitted });
      if (secrets.size > mostSecrets) throw new Error(`more than ${mostSecrets} secrets in one exchange`);
      const begins = sessionOf(response.headers, 'set-cookie', settings.sessionCookie);
      const session = sessionOf(request.headers, 'cookie', settings.sessionCookie);
      const login = begins === undefined || !isLogin(request, settings) ? undefined : loginFields(request.postData);
      const notes: HarNotes = {
        ...entry._banyan,
        ...(session !== undefined && { session }),
        ...(begins !== undefined && begins !== session && { begins }),
        ...(login !== undefined && { user: { ...entry._banyan?.user, login } }),
        ...(omitted.length > 0 && { omitted }),
      };
      const names = new NameRedaction(known, secrets);
      const named = names.entry({ ...entry, request, response, ...(hasAny(notes) && { _banyan: notes }) });
      return replaceStrings(names.isOverfull ? withoutAnswer(named) : named, secrets);
    },
  };
}

/** Drops the response body: there are too many names to search for in it. */
function withoutAnswer({ response, _banyan: notes, ...entry }: HarEntry): HarEntry {
  const { size, mimeType } = response.content;
  const omitted = [...(notes?.omitted ?? [])];
  leaveOut('response', omitted, 'too many odd names in the request');
  return { ...entry, response: { ...response, content: { size, mimeType } }, _banyan: { ...notes, omitted } };
}

const hasAny = (notes: HarNotes): boolean => Object.keys(notes).length > 0;

function isLogin({ method, url }: HarRequest, { logins }: RedactionSettings): boolean {
  const path = URL.canParse(url) ? new URL(url).pathname : url;
  return logins.some((login) => login.method === method && login.path.toLowerCase() === path.toLowerCase());
}

/** The fields of a login form that are not secret, such as an email address. */
function loginFields(postData: HarPostData | undefined): Readonly<Record<string, string>> | undefined {
  const { mimeType = '', text = '', params } = postData ?? {};
  // Browsers write an empty `params` next to `text`.
  const pairs = params?.map(({ name, value }) => [name, value] as const) ?? [];
  const fields = pairs.length > 0 ? pairs : readFields(mimeType, text);
  const named = fields.filter(
    (field): field is readonly [string, string] => typeof field[1] === 'string' && field[1] !== REMOVED,
  );
  return named.length === 0 ? undefined : Object.fromEntries(named);
}

function readFields(mimeType: string, text: string): readonly (readonly [string, unknown])[] {
  if (/x-www-form-urlencoded/i.test(mimeType)) return [...new URLSearchParams(text)];
  return Object.entries(parseJson(text) ?? {});
}

interface Context {
  readonly headers: HeaderRedaction;
  readonly rules: BodyRules;
  readonly omitted: string[];
}

function redactRequest(request: HarRequest, context: Context): HarRequest {
  const { headers, rules } = context;
  const url = headers.address(request.url, rules.secrets);
  const { postData, ...rest } = request;
  return {
    ...rest,
    url,
    headers: request.headers.map((pair) => headers.header(pair, rules.secrets)),
    cookies: redactCookies(request.cookies, context),
    ...(postData !== undefined && { postData: redactPostData(postData, context) }),
  };
}

function redactResponse(response: HarResponse, context: Context): HarResponse {
  const { headers, rules } = context;
  return {
    ...response,
    headers: response.headers.map((pair) => headers.header(pair, rules.secrets)),
    cookies: redactCookies(response.cookies, context),
    redirectURL: headers.address(response.redirectURL, rules.secrets),
    content: redactContent(response.content, context),
  };
}

function redactPostData({ text, params, _encoding, ...rest }: HarPostData, { rules, omitted }: Context): HarPostData {
  const body = text === undefined ? undefined : redactBody({ text, encoding: _encoding }, rest.mimeType, rules);
  if (text !== undefined && body === undefined) leaveOut('request', omitted);
  const fields = params?.map((param) => {
    if (param.value === undefined) return param;
    const { secrets } = rules;
    const value = isSecretName(param.name) ? secrets.placeholderOf(param.value) : redactValue(param.value, secrets);
    return { ...param, value };
  });
  return {
    ...rest,
    ...(body !== undefined && { text: body.text }),
    ...(body?.encoding === 'base64' && { _encoding: 'base64' }),
    ...(fields !== undefined && { params: fields }),
  };
}

function leaveOut(which: 'request' | 'response', omitted: string[], why = 'not what its type says'): void {
  const what = `${which} body: ${why}`;
  if (!omitted.includes(what)) omitted.push(what);
}

function redactContent({ text, encoding, ...rest }: HarContent, { rules, omitted }: Context): HarContent {
  if (text === undefined) return rest;
  const body = redactBody({ text, encoding }, rest.mimeType, rules);
  if (body === undefined) leaveOut('response', omitted);
  return {
    ...rest,
    ...(body !== undefined && { text: body.text }),
    ...(body?.encoding === 'base64' && { encoding: 'base64' }),
  };
}

function redactCookies(cookies: readonly HarPair[], { headers, rules }: Context): readonly HarPair[] {
  return cookies.map((cookie) => ({ ...cookie, value: headers.cookie(cookie.name, cookie.value, rules.secrets) }));
}

function queryOf(url: string): readonly HarPair[] {
  if (!URL.canParse(url)) return [];
  return [...new URL(url).searchParams].map(([name, value]) => ({ name, value }));
}

/** The placeholder of the session that the headers carry. */
function sessionOf(headers: readonly HarPair[], header: 'cookie' | 'set-cookie', cookie: string): string | undefined {
  const lines = headers.filter(({ name }) => name.toLowerCase() === header).map(({ value }) => value);
  if (header === 'cookie') {
    const bearer = headers.find(({ name }) => name.toLowerCase() === 'authorization')?.value;
    // If there is an Authorization header, it decides, as in the monolith.
    if (bearer !== undefined) return /^bearer\s+(session-\d+)$/i.exec(bearer.trim())?.[1];
  }
  const pairs = lines.flatMap((line) => (header === 'cookie' ? line.split(';') : [line.split(';', 1)[0] ?? '']));
  const found = pairs.map((pair) => pair.trim()).find((pair) => pair.startsWith(`${cookie}=session-`));
  return found?.slice(cookie.length + 1);
}

/** Replaces secrets in every string of an entry. Binary bodies that contain one are dropped: their bytes cannot be changed. */
function replaceStrings(entry: HarEntry, secrets: ExchangeSecrets): HarEntry {
  const { request, response, _banyan: notes } = entry;
  const omitted = [...(notes?.omitted ?? [])];
  const bytes = { request: request.postData?._encoding, response: response.content.encoding };
  const isKept = (which: 'request' | 'response', text = ''): boolean => {
    if (!secrets.standIn(Buffer.from(text, 'base64'))) return true;
    leaveOut(which, omitted, 'a secret in bytes');
    return false;
  };
  const keepsRequest = bytes.request === undefined || isKept('request', request.postData?.text);
  const keepsResponse = bytes.response === undefined || isKept('response', response.content.text);
  const visit = (value: unknown): unknown => {
    if (typeof value === 'string') return secrets.replaceIn(value);
    if (Array.isArray(value)) return value.map((one) => visit(one));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, visit(child)]));
  };
  const replaced = visit(entry) as HarEntry;
  const postData = replaced.request.postData;
  return {
    ...replaced,
    request: {
      ...replaced.request,
      // From the URL, not from the decoded form, in which a token may have lost its `+`.
      queryString: queryOf(replaced.request.url),
      ...(bytes.request !== undefined &&
        postData !== undefined && {
          postData: keepsRequest
            ? { ...postData, text: request.postData?.text ?? '' }
            : { mimeType: postData.mimeType },
        }),
    },
    response: {
      ...replaced.response,
      ...(bytes.response !== undefined && {
        content: keepsResponse
          ? { ...replaced.response.content, text: response.content.text ?? '' }
          : { size: response.content.size, mimeType: response.content.mimeType },
      }),
    },
    ...(omitted.length > 0 && { _banyan: { ...replaced._banyan, omitted } }),
  };
}

import { OTHER, shownHeader, shownMethod, shownName } from '../../plain-name';
import type { HarEntry, HarPair, HarPostData, HarRequest } from '../har/har';
import { looksLikeForm } from './redact-pairs';
import type { ExchangeSecrets } from './exchange-secrets';
import { isRedacted, type RedactionSettings } from './settings';
import { decode } from './tokens';

/** Replaces a host that was not kept; a request to it cannot be sent again. */
export const UNKNOWN_HOST = 'unknown.invalid';

/** Record ids, which a replay needs: numbers, ObjectIds, UUIDs (RFC 9562), days and months. None of them grants access on its own. */
const RECORD_ID = /^(?:\d{1,12}|[0-9a-f]{24}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{4}-\d{2}(?:-\d{2})?)$/i;
const HOST_HEADERS = new Set(['host', ':authority', 'x-forwarded-host', 'x-original-host']);
/** Headers whose values are names of codings, protocols, methods or headers. */
const NAME_LISTS = new Set([
  ...['trailer', 'upgrade', 'connection', 'te', 'content-encoding', 'transfer-encoding', 'sec-websocket-protocol'],
  ...['access-control-request-headers', 'access-control-request-method', 'x-requested-with', 'x-http-method-override'],
]);
const ADDRESS_HEADERS = new Set(['referer', 'location', 'content-location', 'origin']);

/** Names listed in the configuration. */
export interface KnownNames {
  readonly queries: ReadonlySet<string>;
  readonly headers: ReadonlySet<string>;
  readonly cookies: ReadonlySet<string>;
}

export function knownNames({
  credentialQueries,
  credentialHeaders,
  sessionCookie,
  keepCookies,
}: RedactionSettings): KnownNames {
  return {
    queries: new Set(credentialQueries),
    headers: new Set(credentialHeaders),
    cookies: new Set([sessionCookie, ...keepCookies]),
  };
}

/** An exchange with more odd names than this loses its response body, which may repeat them. */
const MAX_NAMES = 50;

/** Replaces names chosen by a client that are not plain identifiers: they may be secrets (`?<token>`, `/reset/<token>`). */
export class NameRedaction {
  private count = 0;

  constructor(
    private readonly known: KnownNames,
    private readonly secrets: ExchangeSecrets,
  ) {}

  /** Whether more names were replaced than can be searched for elsewhere. */
  get isOverfull(): boolean {
    return this.count > MAX_NAMES;
  }

  entry(entry: HarEntry): HarEntry {
    const { request, response, _banyan: notes } = entry;
    const login = notes?.user?.login;
    return {
      ...entry,
      request: this.request(request),
      response: {
        ...response,
        headers: response.headers.map((pair) => this.header(pair)),
        cookies: response.cookies.map((cookie) => this.cookie(cookie)),
        redirectURL: this.address(response.redirectURL),
      },
      ...(notes !== undefined && {
        _banyan: {
          ...notes,
          ...(login !== undefined && {
            user: {
              ...notes.user,
              login: Object.fromEntries(Object.entries(login).map(([name, value]) => [this.shown(name), value])),
            },
          }),
        },
      }),
    };
  }

  private request(request: HarRequest): HarRequest {
    const { postData } = request;
    return {
      ...request,
      // The format requires a token (RFC 9110) here.
      method: shownMethod(request.method) === OTHER ? 'OTHER' : request.method,
      url: this.address(request.url),
      queryString: request.queryString.map(({ name, value }) => ({
        name: this.shown(name, this.known.queries),
        value,
      })),
      headers: request.headers.map((pair) => this.header(pair)),
      cookies: request.cookies.map((cookie) => this.cookie(cookie)),
      ...(postData !== undefined && { postData: this.form(postData) }),
    };
  }

  private cookie<T extends HarPair>(cookie: T): T {
    return { ...cookie, name: this.shown(cookie.name, this.known.cookies) };
  }

  private header({ name, value }: HarPair): HarPair {
    const lower = name.toLowerCase();
    const shown = lower.startsWith(':')
      ? name
      : this.shown(name, this.known.headers, { show: shownHeader, sent: lower });
    if (lower === 'cookie')
      return {
        name,
        value: value
          .split(';')
          .map((pair) => this.cookiePair(pair))
          .join(';'),
      };
    if (lower === 'set-cookie') {
      const [first = '', ...attributes] = value.split(';');
      return { name, value: [this.cookiePair(first), ...attributes].join(';') };
    }
    if (NAME_LISTS.has(lower)) return { name, value: value.replaceAll(/[^\s,;]+/g, (word) => this.word(word)) };
    if (HOST_HEADERS.has(lower)) return { name, value: this.host(value) };
    if (lower === ':path' || ADDRESS_HEADERS.has(lower)) return { name, value: this.address(value) };
    return { name: shown, value };
  }

  private word(word: string): string {
    return word.startsWith('q=') ? word : this.shown(word, this.known.headers, { show: shownHeader });
  }

  private cookiePair(pair: string): string {
    const at = pair.indexOf('=');
    const name = at < 0 ? pair : pair.slice(0, at);
    const shown =
      name.trim() === '' ? name : name.replace(name.trim(), () => this.shown(name.trim(), this.known.cookies));
    return at < 0 ? shown : `${shown}${pair.slice(at)}`;
  }

  /** An absolute URL or a path. */
  private address(text: string): string {
    const [, origin = '', host = '', path = '', query, fragment] =
      /^([a-z][a-z0-9+.-]*:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/is.exec(text) ?? [];
    const segments = path
      .split('/')
      .map((segment) => this.segment(segment))
      .join('/');
    const shownOrigin = origin === '' ? '' : `${origin.slice(0, origin.length - host.length)}${this.host(host)}`;
    return [
      `${shownOrigin}${segments}`,
      query === undefined ? '' : `?${this.pairs(query)}`,
      fragment === undefined ? '' : `#${this.pairs(fragment)}`,
    ].join('');
  }

  /** `a=1&b`: a query, fragment or form. */
  private pairs(text: string): string {
    return text
      .split('&')
      .map((pair) => {
        const at = pair.indexOf('=');
        const name = at < 0 ? pair : pair.slice(0, at);
        const plain = decode(name.replaceAll('+', ' '));
        const shown = name === '' || this.shown(plain, this.known.queries, { sent: name }) === plain ? name : OTHER;
        return at < 0 ? shown : `${shown}${pair.slice(at)}`;
      })
      .join('&');
  }

  /** A client's name as it may be shown. One that is replaced is remembered, also in the form in which it was sent. */
  private shown(name: string, known?: ReadonlySet<string>, { show = shownName, sent = name } = {}): string {
    const shown = show(name, known);
    if (shown !== name) {
      this.count += 1;
      if (!this.isOverfull) for (const form of [name, sent]) this.secrets.add(form, OTHER);
    }
    return shown;
  }

  private form({ text, params, ...rest }: HarPostData): HarPostData {
    const { mimeType, _encoding } = rest;
    const fields = params?.map((param) => ({
      ...param,
      name: this.shown(param.name),
      ...(param.fileName !== undefined && { fileName: this.file(param.fileName) }),
    }));
    const isMultipart = /^\s*multipart\//i.test(mimeType);
    const isForm = _encoding === undefined && text !== undefined && isFormText(text, mimeType);
    const shown =
      text === undefined || !(isMultipart || isForm)
        ? text
        : isForm
          ? this.pairs(text)
          : _encoding === 'base64'
            ? Buffer.from(this.parts(Buffer.from(text, 'base64').toString('latin1')), 'latin1').toString('base64')
            : this.parts(text);
    return { ...rest, ...(shown !== undefined && { text: shown }), ...(fields !== undefined && { params: fields }) };
  }

  private segment(segment: string): string {
    const plain = decode(segment);
    if (plain === '' || RECORD_ID.test(plain) || isRedacted(plain)) return segment;
    return this.shown(plain, undefined, { sent: segment }) === plain ? segment : OTHER;
  }

  /** Keeps a host of plain labels or an IP address, with its port: a client may send any `Host`. */
  private host(host: string): string {
    const [, name = '', port = ''] = /^(.*?)(:\d{1,5})?$/.exec(host) ?? [];
    const isAddress = /^(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:.]{2,45}\])$/i.test(name);
    const isPlain = isAddress || name.split('.').every((label) => this.shown(label) === label);
    return isPlain ? `${name}${port}` : UNKNOWN_HOST;
  }

  /** Keeps the extension, which says what a file contains; the rest of its name is the client's. */
  private file(name: string): string {
    const extension = /\.[a-z]{2,5}\d?$/i.exec(name)?.[0] ?? '';
    if (name === `${OTHER}${extension}` || this.shown(name) === name) return name;
    return `${OTHER}${extension}`;
  }

  /** Replaces names of fields and files in the part headers of a multipart body (RFC 7578 section 4.2). */
  private parts(body: string): string {
    return body.replaceAll(/^content-disposition:[^\r\n]*/gim, (line) =>
      line.replaceAll(
        /\b(name|filename)(\*?)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))/gi,
        (_whole, key: string, star: string, quoted: string | undefined, bare: string | undefined) => {
          const value = quoted ?? bare ?? '';
          const shown = key.toLowerCase() === 'name' ? this.shown(value) : this.file(value);
          return `${key}${shown === value ? star : ''}="${shown}"`;
        },
      ),
    );
  }
}

/** Judged by content as well: programs declare JSON as a form, and forms as plain text. */
function isFormText(text: string, mimeType: string): boolean {
  return looksLikeForm(text) || (/x-www-form-urlencoded/i.test(mimeType) && !/^\s*[{["<]/.test(text));
}

/** Whether a request can be sent again as it was: no name in its URL was replaced. */
export function isAddressKept(url: string): boolean {
  return !decode(url).includes(OTHER);
}

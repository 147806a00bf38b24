import type { ReportedRequest } from '../../../shared/parity/result';

/** Stands for the value of a credential in a result. */
const REDACTED = '[redacted]';
const HOW_TO_GET_COOKIE =
  ': log in as described by parity.identities in banyan.config.ts; it is name=value from the Set-Cookie of the answer';
/** curl says these itself. */
const LEFT_TO_CURL = new Set(['host', 'connection', 'content-length', 'transfer-encoding']);

/** A request to `url` as a quoted command for a POSIX shell; each credential of `identity` is a variable that a comment names. */
export function toCurl(request: ReportedRequest, url: string, identity: string): string {
  const { notes, parts } = curlOf(request, url, identity);
  return [...notes, parts.join(' \\\n  ')].join('\n');
}

/** The same in pieces: comments to read first, and what makes up the command. */
export function curlOf(
  { method, path, headers, body }: ReportedRequest,
  url: string,
  identity: string,
): { readonly notes: readonly string[]; readonly parts: readonly string[] } {
  const variables = new Map<string, string>();
  const sent = headers.filter(([name]) => !LEFT_TO_CURL.has(name.toLowerCase()));
  const parts = sent.map(([name, value]) => `-H ${quoteHeader(name, value, variables)}`);
  const hasType = sent.some(([name]) => name.toLowerCase() === 'content-type');

  const data: string[] = [];
  let piped = '';
  const notes: string[] = [];
  if (body !== undefined && body.truncated) notes.push(`# the body (${body.length} bytes) is not in the report`);
  else if (body !== undefined && body.length > 0) {
    // curl would call it a form.
    if (!hasType) parts.push(`-H 'Content-Type:'`);
    if (body.encoding === 'text' && !body.content.includes('\0')) data.push(`--data-raw ${quote(body.content)}`);
    else {
      const base64 = body.encoding === 'base64' ? body.content : Buffer.from(body.content).toString('base64');
      piped = `printf %s ${quote(base64)} | base64 -d | `;
      data.push('--data-binary @-');
    }
  }
  // With -X HEAD curl would wait for a body.
  const verb =
    method === 'HEAD' ? ['--head'] : ['-i', ...(method === 'GET' && data.length === 0 ? [] : [`-X ${quote(method)}`])];
  const address = quoteSecret(`${url.replace(/\/$/, '')}${path.startsWith('/') ? '' : '/'}${path}`, 'SECRET');
  if (path.includes(REDACTED)) variables.set('SECRET', 'value from the query');
  const set = [...variables].map(([variable, what]) => {
    const how = variable === 'COOKIE' ? HOW_TO_GET_COOKIE : '';
    return `# ${variable}: the ${what} of "${oneLine(identity)}"${how}`;
  });
  return {
    notes: [...set, ...notes],
    parts: [`${piped}curl -s ${verb.join(' ')} --path-as-is -g`, address, ...parts, ...data],
  };
}

/** `'Cookie: eventsapp.sid='"$COOKIE"`: the value of a credential is a variable. */
function quoteHeader(name: string, value: string, variables: Map<string, string>): string {
  if (value === '') return quote(`${name};`);
  if (!value.includes(REDACTED)) return quote(`${name}: ${value}`);
  const variable = name
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]+/g, '_')
    .replace(/^(?=\d)/, '_');
  variables.set(variable, `${oneLine(name)} value`);
  return quoteSecret(`${name}: ${value}`, variable);
}

/** What was redacted becomes a variable. */
function quoteSecret(text: string, variable: string): string {
  return text
    .split(REDACTED)
    .map((part) => (part === '' ? '' : quote(part)))
    .join(`"$${variable}"`);
}

/** In single quotes nothing has a meaning to the shell but the quote itself. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A line break would end a comment. */
function oneLine(text: string): string {
  return text.replaceAll(/[\u0000-\u001f\u007f]/g, ' ');
}

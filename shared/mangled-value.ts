/** How a value was damaged on its way into a variable, in words that follow its name, and what to do about it. */
export interface Mangling {
  /** Such as `begins or ends with white space`. Never quotes the value. */
  readonly looks: string;
  readonly remedy: string;
}

const TRIM = 'remove it';
const UNQUOTE = 'remove the quotes';
const RESOLVE = 'find out why the deployment, shell or template did not substitute it';
const UNWRAP =
  'give the value alone: {{resolve:secretsmanager:<secret>:SecretString:<key>}} picks one key, or store the secret as plain text';

/** A whole value that is the name of a value: `{{...}}`, `${...}`, `$(...)`, `$NAME`, `%NAME%`, `<...>`. */
const PLACEHOLDER = /^(?:\{\{.*\}\}|\$\{.*\}|\$\(.*\)|\$[A-Z_][A-Z0-9_]*|%[A-Z_][A-Z0-9_]*%|<[^<>]*>)$/s;
/** CloudFormation's dynamic reference, or a variable of the Serverless Framework or CloudFormation, inside a value. */
const REFERENCE = /\{\{resolve:|\$\{(?:ssm|env|self|opt|sls|cf|file|param|aws|AWS|s3)\W/;
const ARN = /^arn:aws[\w-]*:(?:secretsmanager|ssm):/;

/** Recognises by its shape what shells, templates and consoles make of a value: quotes, white space, placeholders, JSON, an ARN. */
export function manglingOf(value: string): Mangling | undefined {
  const trimmed = value.trim();
  if (isJsonObject(trimmed))
    return { looks: 'is a JSON object, as Secrets Manager keeps key/value pairs', remedy: UNWRAP };
  if (/^\[\s*"/.test(trimmed)) return { looks: 'is a JSON array inside another value', remedy: 'write one array' };
  if (PLACEHOLDER.test(trimmed) || REFERENCE.test(trimmed))
    return { looks: 'is an unresolved placeholder', remedy: RESOLVE };
  if (ARN.test(trimmed)) return { looks: 'is the ARN of a secret, not its value', remedy: RESOLVE };
  if (/^(?:undefined|null)$/.test(trimmed)) return { looks: `is the word ${trimmed}`, remedy: RESOLVE };
  if (trimmed !== value)
    return { looks: 'begins or ends with white space, perhaps a line break from a file', remedy: TRIM };
  if (/^(["'`]).*\1$/s.test(value)) return { looks: 'is enclosed in quotes', remedy: UNQUOTE };
  return undefined;
}

/** Also one that was cut off: no secret begins like this by chance. */
const isJsonObject = (text: string): boolean => /^\{\s*(?:"|\}$)/.test(text);

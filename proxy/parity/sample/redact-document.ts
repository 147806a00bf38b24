import { Binary, Decimal128, Double, Int32, Long, ObjectId, type Document } from 'mongodb';
import { isPlainName } from '../../../shared/plain-name';
import { replaceAt, type JsonPath } from '../../../shared/json-path';
import { ExchangeSecrets } from '../../../shared/recording/redact/exchange-secrets';
import { isSecretName, REMOVED } from '../../../shared/recording/redact/settings';
import type { Pseudonyms } from './pseudonyms';

export interface DocumentRules {
  /** Dotted paths of fields whose values stay, lists skipped: `status`, `venue.country`, `tags`. Members of an object are named one by one. */
  readonly kept: ReadonlySet<string>;
  /** What is replaced even if kept: `parity.redact.paths`. */
  readonly paths: readonly JsonPath[];
  readonly pseudonyms: Pseudonyms;
}

export interface Redacted {
  readonly document: Document;
  /** The fields that have lost a value. */
  readonly fields: ReadonlySet<string>;
}

/** Marks a value that `parity.redact.paths` names. */
class Named {
  constructor(readonly value: unknown) {}
}

/**
 * Replaces every value that is not kept with a similar one. As in a recording, fields with secret names, what `parity.redact` names, and
 * unmistakable secrets are replaced even if kept. Field names that no programmer wrote are replaced, too: they may be data.
 */
export function redactDocument(document: Document, { kept, paths, pseudonyms }: DocumentRules): Redacted {
  const fields = new Set<string>();
  const secrets = new ExchangeSecrets({ session: () => REMOVED, credential: () => REMOVED });
  const names = new Set([...kept].flatMap((path) => path.split('.')));

  const visit = (value: unknown, path: string, by: 'its path' | 'what it is'): unknown => {
    if (value instanceof Named) return visit(value.value, path, 'its path');
    if (value === null || value === undefined) return value;
    if (Array.isArray(value)) return value.map((one) => visit(one, path, by));
    if (isPlainObject(value))
      return Object.fromEntries(
        Object.entries(value).map(([name, one]) => {
          const shown = names.has(name) || isPlainName(name) ? name : pseudonyms.text(name);
          return [shown, visit(one, path === '' ? shown : `${path}.${shown}`, by)];
        }),
      );
    const isSecret = by === 'its path' || path.split('.').some(isSecretName);
    if (kept.has(path) && !isSecret && (typeof value !== 'string' || secrets.replaceIn(value) === value)) return value;
    fields.add(path);
    return other(value, pseudonyms);
  };

  const marked = copy(document);
  for (const path of paths)
    replaceAt({ $: marked }, [{ kind: 'member', name: '$' }, ...path], (found) => new Named(found));
  return { document: visit(marked, '', 'what it is') as Document, fields };
}

function other(value: unknown, pseudonyms: Pseudonyms): unknown {
  if (typeof value === 'string') return pseudonyms.text(value);
  if (typeof value === 'boolean') return pseudonyms.flag();
  if (value instanceof Date) return pseudonyms.date(value);
  if (value instanceof ObjectId) return new ObjectId(pseudonyms.bytes(Buffer.from(value.id)));
  if (value instanceof Binary) return new Binary(pseudonyms.bytes(Buffer.from(value.value())), value.sub_type);
  if (value instanceof Int32) return new Int32(pseudonyms.digits(value.toString()));
  if (value instanceof Long) return Long.fromString(pseudonyms.digits(value.toString()));
  if (value instanceof Decimal128) return Decimal128.fromString(pseudonyms.digits(value.toString()));
  if (value instanceof Double)
    return Number.isFinite(value.value) ? new Double(Number(pseudonyms.digits(spelt(value.value)))) : value;
  // Code, regular expressions, timestamps: a type that is not handled above does not stay.
  return null;
}

/** Keeps the sign of -0. */
const spelt = (value: number): string => (Object.is(value, -0) ? '-0' : String(value));

export const isPlainObject = (value: unknown): value is Document =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

const copy = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(copy)
    : isPlainObject(value)
      ? Object.fromEntries(Object.entries(value).map(([name, one]) => [name, copy(one)]))
      : value;

import type { Response } from 'express';

/** What is wrong with a request, by field: `{ title: 'is required' }`. */
export type FieldErrors = Record<string, string>;

/** Validated input, or the messages for the client. */
export type Validated<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly fields: FieldErrors };

/** Answers 400 in the shape that clients know. */
export function sendValidationErrors(res: Response, fields: FieldErrors): Response {
  return res.status(400).json({ error: 'Validation failed', fields });
}

/** The value itself if it is an object with named fields; an empty object for anything else, such as an array or a missing body. */
export function asFields(value: unknown): Readonly<Record<string, unknown>> {
  return isFields(value) ? value : {};
}

export function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isText(value: unknown, maxLength: number): value is string {
  return typeof value === 'string' && value.length <= maxLength;
}

/** Finishes a validator: the value unless a message was collected. */
export function validated<T>(fields: FieldErrors, value: T): Validated<T> {
  return Object.keys(fields).length === 0 ? { ok: true, value } : { ok: false, fields };
}

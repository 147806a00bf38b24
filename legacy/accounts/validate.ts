import { asFields, isText, validated, type FieldErrors, type Validated } from '../validation';
import type { AccountChange } from './store';

const MAX_NAME = 100;
const MAX_EMAIL = 254;

/** Reads a PATCH: fields that are left out stay as they are, fields that clients may not set are ignored. */
export function validateAccountChange(body: unknown): Validated<AccountChange> {
  const { name, billingEmail, timezone } = asFields(body);
  const fields: FieldErrors = {};
  const change: AccountChange = {};
  if (isText(name, MAX_NAME) && name.trim() !== '') change.name = name.trim();
  else if (name !== undefined) fields['name'] = `must be text of 1 to ${MAX_NAME} characters`;
  if (isText(billingEmail, MAX_EMAIL) && /^[^\s@]+@[^\s@]+$/.test(billingEmail)) {
    change.billingEmail = billingEmail.toLowerCase();
  } else if (billingEmail !== undefined) fields['billingEmail'] = 'must be an email address';
  if (isTimezone(timezone)) change.timezone = timezone;
  else if (timezone !== undefined) fields['timezone'] = 'must be a time zone such as Europe/Copenhagen';
  return validated(fields, change);
}

function isTimezone(value: unknown): value is string {
  if (!isText(value, MAX_NAME)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: value });
    return true;
  } catch {
    return false;
  }
}

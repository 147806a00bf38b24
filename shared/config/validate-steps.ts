import { parseJsonPath } from '../json-path';
import { anything, byName, headers, list, maybe, object, optional, required, type Check } from './checks';
import { isRecord, isText } from './faults';

const isRequest = (text: unknown): boolean => typeof text === 'string' && /^[A-Z]+ \/\S*$/.test(text);
const isStatus = (value: unknown): boolean =>
  [value].flat().every((one) => Number.isInteger(one) && Number(one) >= 100 && Number(one) <= 599);
const isForm = (form: unknown): boolean =>
  isRecord(form) && Object.values(form).every((value) => typeof value === 'string');
const isPath = (text: unknown): boolean => typeof text === 'string' && parseJsonPath(text) !== undefined;

const EXTRACTIONS = {
  selector: optional(isText, 'a text'),
  pattern: optional((value) => value instanceof RegExp, 'a regular expression such as /csrf = "([^"]+)"/'),
  jsonPath: optional(isPath, 'a path such as "$.csrfToken"'),
  header: optional(isText, 'a text'),
};

const extraction: Check = (path, value, faults) => {
  const names = Object.keys(EXTRACTIONS);
  const kinds = isRecord(value) ? names.filter((name) => value[name] !== undefined) : [];
  if (kinds.length !== 1) faults.add(path, value, `one of ${names.join(', ')}`);
  else object({ ...EXTRACTIONS, attribute: optional(isText, 'a text') }, '')(path, value, faults);
};

const step: Check = (path, value, faults) => {
  object(
    {
      request: required(isRequest, 'a method and a path, such as "GET /login"'),
      headers: maybe(headers),
      form: optional(isForm, 'an object of texts by field'),
      json: anything,
      status: optional(isStatus, 'a status or a list of them'),
      location: optional(isText, 'a path'),
      extract: maybe(byName(extraction, 'an object of extractions by name')),
    },
    "an object such as { request: 'GET /login' }",
  )(path, value, faults);
  if (isRecord(value) && value['form'] !== undefined && value['json'] !== undefined)
    faults.list.push(`${path}: has form and json; expected one of them`);
};

/** The steps of an identity. */
export const steps = list(step, "a list such as [{ request: 'GET /login', extract: { ... } }]", { least: 1 });

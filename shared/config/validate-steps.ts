import { parseJsonPath } from '../json-path';
import { isRecord, isText, type Faults } from './faults';
import { validateHeaders } from './validate-headers';

const STEP_KEYS = ['request', 'headers', 'form', 'json', 'status', 'location', 'extract'];
const EXTRACTIONS = ['selector', 'pattern', 'jsonPath', 'header'];

const isRequest = (text: unknown): boolean => typeof text === 'string' && /^[A-Z]+ \/\S*$/.test(text);
const isStatus = (value: unknown): boolean =>
  [value].flat().every((one) => Number.isInteger(one) && Number(one) >= 100 && Number(one) <= 599);
const isForm = (form: unknown): boolean =>
  isRecord(form) && Object.values(form).every((value) => typeof value === 'string');

/** Checks an identity of kind `steps`. */
export function validateSteps(path: string, identity: Readonly<Record<string, unknown>>, faults: Faults): void {
  const { steps, headers, credentials } = identity;
  if (headers !== undefined) validateHeaders(`${path}.headers`, headers, faults);
  if (credentials !== undefined) validateHeaders(`${path}.credentials`, credentials, faults);
  if (!Array.isArray(steps) || steps.length === 0) {
    faults.add(`${path}.steps`, steps, "a list such as [{ request: 'GET /login', extract: { ... } }]");
    return;
  }
  steps.forEach((step: unknown, i) => validateStep(`${path}.steps[${i}]`, step, faults));
}

function validateStep(path: string, step: unknown, faults: Faults): void {
  if (!isRecord(step)) {
    faults.add(path, step, "an object such as { request: 'GET /login' }");
    return;
  }
  faults.unknown(path, step, STEP_KEYS);
  faults.check(`${path}.request`, step['request'], isRequest, 'a method and a path, such as "GET /login"');
  if (step['headers'] !== undefined) validateHeaders(`${path}.headers`, step['headers'], faults);
  faults.optional(`${path}.form`, step['form'], isForm, 'an object of texts by field');
  if (step['form'] !== undefined && step['json'] !== undefined)
    faults.list.push(`${path}: has form and json; expected one of them`);
  faults.optional(`${path}.status`, step['status'], isStatus, 'a status or a list of them');
  faults.optional(`${path}.location`, step['location'], isText, 'a path');
  const { extract } = step;
  if (extract === undefined) return;
  if (!isRecord(extract)) faults.add(`${path}.extract`, extract, 'an object of extractions by name');
  else for (const [name, one] of Object.entries(extract)) validateExtraction(`${path}.extract.${name}`, one, faults);
}

function validateExtraction(path: string, extraction: unknown, faults: Faults): void {
  const kinds = isRecord(extraction) ? EXTRACTIONS.filter((kind) => extraction[kind] !== undefined) : [];
  if (!isRecord(extraction) || kinds.length !== 1) {
    faults.add(path, extraction, `one of ${EXTRACTIONS.join(', ')}`);
    return;
  }
  faults.unknown(path, extraction, [...EXTRACTIONS, 'attribute']);
  const { pattern, jsonPath } = extraction;
  if (pattern !== undefined && !(pattern instanceof RegExp))
    faults.add(`${path}.pattern`, pattern, 'a regular expression such as /csrf = "([^"]+)"/');
  const isPath = (text: unknown): boolean => typeof text === 'string' && parseJsonPath(text) !== undefined;
  faults.optional(`${path}.jsonPath`, jsonPath, isPath, 'a path such as "$.csrfToken"');
  for (const kind of ['selector', 'header', 'attribute'])
    faults.optional(`${path}.${kind}`, extraction[kind], isText, 'a text');
}

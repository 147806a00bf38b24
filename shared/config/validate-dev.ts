import { byName, list, maybe, object, optional, required, type Check } from './checks';
import { isListOfTexts, isText } from './faults';
import type { BanyanOptions } from './types';

const PLACEHOLDERS = ['MONGODB_URI', 'PORT'];

const variable: Check = (path, value, faults) => {
  required((text) => typeof text === 'string', 'a text')(path, value, faults);
  const unknown = [...String(value).matchAll(/\{\{(.*?)\}\}/g)].find(([, word = '']) => !PLACEHOLDERS.includes(word));
  if (unknown !== undefined)
    faults.list.push(`${path}: has ${unknown[0]}; expected {{${PLACEHOLDERS.join('}} or {{')}}}`);
};

const user = object(
  {
    ...{ name: required(isText, 'a text'), password: required(isText, 'a text') },
    note: optional(isText, 'a text'),
  },
  'an object with name and password',
);

/** Checks `dev`. */
export const dev = object(
  {
    legacy: optional(isText, 'a command, or a URL where the monolith runs'),
    database: optional(isText, 'a name'),
    environment: maybe(byName(variable, 'an object of texts by variable')),
    seed: optional(isText, 'a command'),
    services: optional(isText, 'the path of a module that starts anything else the project needs'),
    users: maybe(list(user, "a list such as [{ name: 'ada@example.com', password: '...' }]")),
    requests: optional(isListOfTexts, 'a list of command lines, such as ["curl {{proxy}}/items"]'),
  } satisfies Record<keyof NonNullable<BanyanOptions['dev']>, Check>,
  'an object such as { environment: { DATABASE_URL: "{{MONGODB_URI}}" } }',
);

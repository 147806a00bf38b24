import { isRecord, isText, type Faults } from './faults';

const DEV_OPTIONS = ['legacy', 'database', 'environment', 'seed', 'services', 'users', 'requests'];
const isTexts = (list: unknown): boolean => Array.isArray(list) && list.every(isText);

/** Checks `dev`. */
export function validateDev(dev: unknown, faults: Faults): void {
  if (dev === undefined) return;
  if (!isRecord(dev)) {
    faults.add('dev', dev, 'an object such as { environment: { DATABASE_URL: "{{MONGODB_URI}}" } }');
    return;
  }
  faults.unknown('dev', dev, DEV_OPTIONS);
  const { legacy, database, environment, seed, services, users, requests } = dev;
  faults.optional('dev.legacy', legacy, isText, 'a command, or a URL where the monolith runs');
  faults.optional('dev.database', database, isText, 'a name');
  faults.optional('dev.seed', seed, isText, 'a command');
  faults.optional('dev.services', services, isText, 'the path of a module that starts what else the project needs');
  faults.optional('dev.requests', requests, isTexts, 'a list of command lines, such as ["curl {{proxy}}/items"]');
  faults.optional('dev.environment', environment, isRecord, 'an object of texts by variable');
  for (const [name, value] of Object.entries(isRecord(environment) ? environment : {})) {
    faults.check(`dev.environment.${name}`, value, (text) => typeof text === 'string', 'a text');
    const unknown = [...String(value).matchAll(/\{\{(.*?)\}\}/g)].find(([, word = '']) => !PLACEHOLDERS.includes(word));
    if (unknown !== undefined)
      faults.list.push(`dev.environment.${name}: has ${unknown[0]}; expected {{${PLACEHOLDERS.join('}} or {{')}}}`);
  }
  faults.optional('dev.users', users, Array.isArray, "a list such as [{ name: 'ada@example.com', password: '...' }]");
  (Array.isArray(users) ? users : []).forEach((user: unknown, index) => {
    if (!isRecord(user)) {
      faults.add(`dev.users[${index}]`, user, 'an object with name and password');
      return;
    }
    faults.unknown(`dev.users[${index}]`, user, ['name', 'password', 'note']);
    for (const key of ['name', 'password']) faults.check(`dev.users[${index}].${key}`, user[key], isText, 'a text');
    faults.optional(`dev.users[${index}].note`, user['note'], isText, 'a text');
  });
}

const PLACEHOLDERS = ['MONGODB_URI', 'PORT'];

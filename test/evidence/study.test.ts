import { readFileSync } from 'node:fs';
import path from 'node:path';
import { FALSE_PROMOTIONS, NEVER, POWER, RARE, study, toRow } from './study';

const README = readFileSync(path.join(__dirname, '../../proxy/ledger/README.md'), 'utf8');
/** Of `npm run study:evidence`. */
const TIMES = 100;

jest.setTimeout(60_000);

describe('the tables of proxy/ledger/README.md', () => {
  const promoted = (name: string): number => {
    const row = README.split('\n').find((line) => line.replaceAll(/ +/g, ' ').startsWith(`| ${name} |`));
    const cells = row?.slice(2 + name.length).match(/[\d.]+(?= %)/g) ?? [];
    return Number(cells.at(-1) ?? Number.NaN);
  };

  it('have every world, with no more false promotions than allowed', () => {
    for (const name of Object.keys(FALSE_PROMOTIONS)) expect([name, promoted(name) <= 2.5]).toEqual([name, true]);
    for (const name of Object.keys(NEVER)) expect([name, promoted(name)]).toEqual([name, 0]);
    for (const name of Object.keys(RARE)) expect([name, promoted(name) >= 0]).toEqual([name, true]);
  });

  it('are what the study says today, by a row that takes a moment', () => {
    const name = '200 | 1 % | yes';
    const world = POWER[name];
    if (world === undefined) throw new Error(`no world ${name}`);
    const row = toRow(study(name, world, TIMES), { isPower: true });
    expect(README.replaceAll(/ +/g, ' ')).toContain(row.replaceAll(/ +/g, ' '));
  });
});

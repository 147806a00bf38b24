import { judge } from '../../second-opinion/judge';

const KNOWN = [{ test: 'events paged', fails: /page 2/, why: 'it counts from 0' }];
const result = (fullName: string, status: string, failure = '') => ({ fullName, status, failure });

it('finds nothing when exactly the listed tests fail, for the listed reason', () => {
  const results = [result('events listed', 'passed'), result('events paged', 'failed', 'expected page 2')];
  expect(judge(results, KNOWN)).toEqual([]);
});

it.each([
  [
    'a test that is not listed fails',
    [result('events listed', 'failed', 'boom')],
    /^events listed: failed, and it is not on/,
  ],
  ['a listed test passes', [result('events paged', 'passed')], /^events paged: passes, so it is no known wrong answer/],
  [
    'a listed test fails otherwise',
    [result('events paged', 'failed', 'ECONNRESET')],
    /^events paged: fails for another/,
  ],
  [
    'a listed test is not there',
    [result('events listed', 'passed')],
    /^events paged: is listed, but there is no such test/,
  ],
  ['a test is skipped', [result('events listed', 'pending')], /^events listed: pending, and it is not on/],
])('tells when %s', (_name, results, sentence) => {
  expect(judge(results, KNOWN)).toContainEqual(expect.stringMatching(sentence));
});

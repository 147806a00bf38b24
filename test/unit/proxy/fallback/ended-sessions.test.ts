import { EndedSessions } from '../../../../proxy/fallback/ended-sessions';

it('remembers a refused session for ten seconds: after a login it may be good again', () => {
  let now = 1_000;
  const sessions = new EndedSessions(() => now);
  sessions.add('a-token');
  expect(sessions.has('a-token')).toBe(true);
  expect(sessions.has('another')).toBe(false);
  now += 10_001;
  expect(sessions.has('a-token')).toBe(false);
});

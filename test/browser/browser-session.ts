/**
 * What a person does in the browser, as a script for a page of the monolith: logs in, looks around, changes things, logs
 * out. Plain JavaScript, because it runs there. Answers are used as a page would: ids of what was made, tags of what was read.
 */
export const ORGANISER_SESSION = `(async () => {
  const json = { 'Content-Type': 'application/json' };
  const send = (method, path, body) => fetch(path, { method, ...(body !== undefined && { headers: json, body: JSON.stringify(body) }) });
  const read = async (path) => (await fetch(path)).json();

  await fetch('/api/events');
  await send('POST', '/api/auth/login', { email: 'organiser@example.com', password: 'wrong' });
  const { token } = await (await send('POST', '/api/auth/login', { email: 'organiser@example.com', password: 'correct horse battery staple' })).json();
  await fetch('/api/auth/me');
  await fetch('/api/account');
  const { events } = await read('/api/events?limit=5&sort=-title');
  await fetch('/api/events?filter[status]=published&filter[tags][]=music&page=1');
  await fetch('/api/events?filter[q]=' + encodeURIComponent('caf\\u00e9 & "bar"'));
  await fetch('/api/events?limit=0');
  await fetch('/API/Events/?limit=1');
  const first = events[0].id;
  const seen = await fetch('/api/events/' + first, { cache: 'no-store' });
  await fetch('/api/events/' + first, { headers: { 'If-None-Match': seen.headers.get('etag') } });
  await fetch('/api/events/' + first, { method: 'HEAD' });
  await fetch('/api/events/000000000000000000000000');
  await fetch('/api/events/' + first + '/metrics?interval=week&from=2026-09-01&to=2026-11-01');
  await fetch('/api/metrics/all?interval=day&from=2026-10-01&to=2026-10-08');
  await fetch('/api/metrics/all?interval=year');

  const created = await send('POST', '/api/events', { title: 'Recorded in a browser', description: '<b>bold</b> \\u2603', status: 'draft', tags: ['browser'], startsAt: '2027-01-15T18:00:00.000Z', capacity: 12 });
  const { event } = await created.json();
  await fetch(created.headers.get('location'));
  await send('PUT', '/api/events/' + event.id, { title: 'Recorded, then changed', description: '', status: 'published', tags: [], startsAt: '2027-01-15T19:00:00.000Z' });
  await send('POST', '/api/events', { title: '' });
  const added = await send('POST', '/api/events/' + event.id + '/attendees', { name: 'Ann Attendee', email: 'ann@example.com' });
  await send('POST', '/api/events/' + event.id + '/attendees', { name: 'Ann again', email: 'ANN@example.com' });
  await fetch('/api/events/' + event.id + '/attendees');
  const { attendee } = await added.json();
  await send('DELETE', '/api/events/' + event.id + '/attendees/' + attendee.id);
  const form = new FormData();
  form.append('photo', new Blob([new Uint8Array([137, 80, 78, 71, 13, 10, 26, 10])], { type: 'image/png' }), 'small.png');
  await fetch('/api/events/' + event.id + '/photos', { method: 'POST', body: form });
  await fetch('/api/events/' + event.id + '/photos');
  await send('DELETE', '/api/events/' + event.id);
  await fetch('/api/events/' + event.id);

  await fetch('/api/events?limit=1', { credentials: 'omit', headers: { Authorization: 'Bearer ' + token } });
  await fetch('/api/events?limit=1', { headers: { Authorization: 'Basic bm9ib2R5Om5vdGhpbmc=' } });
  await fetch('/api/nothing-here');
  await send('POST', '/api/auth/logout');
  await fetch('/api/events');
})()`;

/** Another person, who may only look. */
export const MEMBER_SESSION = `(async () => {
  const json = { 'Content-Type': 'application/json' };
  await fetch('/api/auth/login', { method: 'POST', headers: json, body: JSON.stringify({ email: 'member@example.com', password: 'correct horse battery staple' }) });
  const { events } = await (await fetch('/api/events?limit=2')).json();
  await fetch('/api/events/' + events[1].id);
  await fetch('/api/events', { method: 'POST', headers: json, body: JSON.stringify({ title: 'Not allowed' }) });
  await fetch('/api/reports');
})()`;

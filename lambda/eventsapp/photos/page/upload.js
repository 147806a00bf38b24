// The page to upload photos with: log in, choose an event and a picture, see it in the list.

const TYPES = ['image/jpeg', 'image/png', 'image/webp', 'image/gif'];
const MAX_BYTES = 5 * 1024 * 1024;
/** How long to wait for an upload to be processed (ms). */
const PATIENCE = 60_000;

const byId = (id) => document.getElementById(id);
const [login, upload, message, progress] = ['login', 'upload', 'message', 'progress'].map(byId);
const [send, cancel, retry, drop] = ['send', 'cancel', 'retry', 'drop'].map(byId);

/** The upload that was interrupted: its URL is good for a second attempt with the form as it is. */
let interrupted;

/** Ends the upload that runs. */
let running = new AbortController();

/** An answer in words, for the person who uploads. */
class Refused extends Error {}

async function api(path, options) {
  const response = await fetch(path, { credentials: 'same-origin', ...options });
  const answer = await response.json().catch(() => ({}));
  options?.signal?.throwIfAborted();
  if (response.ok) return answer;
  const fields = Object.entries(answer.fields ?? {}).map(([name, fault]) => `${name} ${fault}`);
  if (response.status === 401) showLogin();
  throw new Refused(fields.join('; ') || answer.error || `The server answered ${response.status}`);
}

const post = (path, body, signal) =>
  api(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body), signal });

function say(text, kind = 'info') {
  message.textContent = text;
  message.dataset.kind = kind;
}

function showLogin() {
  login.hidden = false;
  upload.hidden = true;
}

async function showEvents() {
  const { events } = await api('/api/events?limit=100');
  const wanted = new URLSearchParams(location.search).get('event');
  if (wanted !== null && !events.some(({ id }) => id === wanted)) events.unshift(...(await findEvent(wanted)));
  // Titles repeat.
  const named = ({ id, title, startsAt }) => new Option(`${title}, ${new Date(startsAt).toLocaleDateString()}`, id);
  upload.event.replaceChildren(...events.map(named));
  if (events.some(({ id }) => id === wanted)) upload.event.value = wanted;
  login.hidden = true;
  upload.hidden = false;
  await showPhotos();
}

/** One that is not among the first hundred; none if there is no such event. */
async function findEvent(id) {
  const { event } = await api(`/api/events/${encodeURIComponent(id)}`).catch(() => ({}));
  return event === undefined ? [] : [event];
}

async function showPhotos() {
  const { photos } = await api(`/api/events/${upload.event.value}/photos`);
  byId('photos').replaceChildren(
    ...photos.map(({ id, fileName }) => {
      const image = Object.assign(new Image(), { src: `/api/photos/${id}`, alt: fileName, loading: 'lazy' });
      const item = document.createElement('li');
      item.append(image, document.createTextNode(fileName));
      return item;
    }),
  );
}

/** Sends the file, with progress. */
function put(url, file, signal) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    signal.addEventListener('abort', () => request.abort());
    request.open('PUT', url);
    request.setRequestHeader('Content-Type', file.type);
    request.setRequestHeader('If-None-Match', '*');
    request.upload.onprogress = ({ loaded, total }) => (progress.value = (100 * loaded) / total);
    request.onerror = () =>
      reject(new Refused('The connection was interrupted. The picture was not uploaded; try again'));
    request.onabort = () => reject(signal.reason);
    request.onload = () => {
      // 412: an earlier attempt arrived, only its answer did not.
      if (request.status === 200 || request.status === 412) resolve();
      else if (request.responseText.includes('Request has expired'))
        reject(Object.assign(new Refused('The upload took too long to begin; try again'), { expired: true }));
      else reject(new Refused(`The storage refused the file (${request.status}); try again`));
    };
    request.send(file);
  });
}

async function waitUntilProcessed({ eventId, photoId }, signal) {
  for (const until = Date.now() + PATIENCE; Date.now() < until;) {
    const { status, reason } = await api(`/api/events/${eventId}/photos/${photoId}`, { signal }).catch((error) => {
      throw signal.aborted ? new Refused('No longer waiting: the picture is uploaded and will appear later') : error;
    });
    if (status === 'stored') return;
    if (status === 'refused') throw Object.assign(new Refused(reason), { final: true });
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Refused('The picture is uploaded and will appear later: processing takes longer than usual');
}

function faultOf(file) {
  if (file === undefined) return 'Choose a picture first';
  if (!TYPES.includes(file.type))
    return `${file.name} is not a picture that can be shown: choose a JPEG, PNG, WebP or GIF file`;
  if (file.size > MAX_BYTES)
    return `${file.name} has ${(file.size / 1024 / 1024).toFixed(1)} MB; at most 5 MB can be uploaded`;
  return undefined;
}

async function run({ again }) {
  const [file] = upload.file.files;
  const fault = faultOf(file);
  if (fault !== undefined) return say(fault, 'error');
  let current = again ? interrupted : undefined;
  interrupted = undefined;
  running = new AbortController();
  const { signal } = running;
  busy(true);
  try {
    if (current === undefined) {
      const eventId = upload.event.value;
      say('Asking whether you may upload');
      const about = {
        title: upload.title.value,
        description: upload.description.value,
        contentType: file.type,
        size: file.size,
      };
      current = { eventId, ...(await post(`/api/events/${eventId}/photos/initiate-upload`, about, signal)) };
    }
    say('Uploading');
    await put(current.s3PutObjectUrl, file, signal);
    say('Uploaded; it is being processed');
    await waitUntilProcessed(current, signal);
    current = undefined;
    for (const field of [upload.file, upload.title, upload.description]) field.value = '';
    say('Your picture is in the list');
    await showPhotos();
  } catch (error) {
    interrupted = error.final || error.expired ? undefined : current;
    say(error instanceof Refused ? error.message : 'The connection was interrupted; try again', 'error');
    retry.hidden = Boolean(error.final);
  } finally {
    busy(false);
  }
}

function busy(is) {
  for (const field of [send, upload.event, upload.title, upload.description, upload.file]) field.disabled = is;
  cancel.hidden = !is;
  progress.hidden = !is;
  progress.value = 0;
  if (is) retry.hidden = true;
}

login.addEventListener('submit', async (event) => {
  event.preventDefault();
  try {
    await post('/api/auth/login', { email: login.email.value, password: login.password.value });
    say('');
    await showEvents();
  } catch (error) {
    say(error.message, 'error');
  }
});
upload.addEventListener('submit', (event) => {
  event.preventDefault();
  void run({ again: false });
});
retry.addEventListener('click', () => void run({ again: true }));
cancel.addEventListener('click', () => running.abort(new Refused('Cancelled')));
upload.event.addEventListener('change', () => void showPhotos());
// Other details are another upload: the URL has the old ones.
upload.addEventListener('input', () => {
  interrupted = undefined;
  retry.hidden = true;
});
upload.file.addEventListener('change', () => say(faultOf(upload.file.files[0]) ?? '', 'error'));
for (const type of ['dragenter', 'dragover']) drop.addEventListener(type, () => drop.classList.add('over'));
for (const type of ['dragleave', 'drop']) drop.addEventListener(type, () => drop.classList.remove('over'));
// The label would follow the file's address.
document.addEventListener('dragover', (event) => event.preventDefault());
document.addEventListener('drop', (event) => {
  event.preventDefault();
  if (!upload.hidden && !upload.file.disabled && event.dataTransfer?.files.length) {
    upload.file.files = event.dataTransfer.files;
    for (const type of ['input', 'change']) upload.file.dispatchEvent(new Event(type, { bubbles: true }));
  }
});

showEvents().catch(() => showLogin());

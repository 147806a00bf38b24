import { BASE64, BASE64URL, HEX, randomText } from './random';

/** Who looks at a page. */
export interface Viewer {
  readonly name: string;
  readonly email: string;
  readonly isOrganiser: boolean;
}

export const VIEWER: Viewer = { name: 'Ada Keller', email: 'ada@example.com', isOrganiser: true };
export const OTHER_VIEWER: Viewer = { name: 'Ben Osei', email: 'ben@example.net', isOrganiser: false };

export interface PageOptions {
  /** Undefined: logged out. */
  readonly viewer: Viewer | undefined;
  /** Chooses what the page is about: the same number gives the same contents. */
  readonly content: number;
  /** For what each answer has anew: tokens, nonce, request id, time. */
  readonly random: () => number;
}

const TITLES = ['Harbour concert', 'Annual meeting', 'Night run', 'Book market', 'Code retreat', 'Open studio'];

/** A page as a server-side template renders it, about 5 kB, with random values in nine places. */
export function renderPage({ viewer, content, random }: PageOptions): string {
  const token = (): string =>
    randomText(random, 8, BASE64URL).replace(/^-|-$/g, 'x') +
    '-' +
    randomText(random, 27, BASE64URL).replace(/-$/, 'x');
  const csrf = token();
  const nonce = `${randomText(random, 22, BASE64)}==`;
  const requestId = [8, 4, 4, 4, 12].map((length) => randomText(random, length, HEX)).join('-');
  const title = TITLES[content % TITLES.length] ?? '';
  const rows = Array.from({ length: 17 }, (_, i) => row(content, i, csrf)).join('\n');
  return `<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <title>${title} &middot; Events</title>
  <meta name="csrf-token" content="${csrf}">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <link rel="stylesheet" href="/assets/site.css">
  <script nonce="${nonce}">window.state = {"request":"${requestId}","event":{"id":${content},"title":${JSON.stringify(title)},"seats":${40 + content}},"role":"${role(viewer)}"};</script>
</head>
<body class="page">
  <header>
    <nav>
      <ul>
        <li><a href="/">Home</a></li>
        <li><a href="/events">Events</a></li>
${menu(viewer, csrf)}
      </ul>
    </nav>
  </header>
  <main>
    <h1>${title}</h1>
    <p class="lead">Doors open at 18:30 &amp; close at 23:00. <b>${40 + content}</b> seats, <em>${content} taken</em>.</p>
    <div class="flash" hidden></div>
    <table>
      <thead><tr><th>Guest</th><th>Seat</th><th></th></tr></thead>
      <tbody>
${rows}
      </tbody>
    </table>
    <form id="book" action="/events/${content}/book" method="post">
      <input type="hidden" name="_csrf" value="${csrf}">
      <label>Seats <input type="number" name="seats" value="1" min="1" max="8" required></label>
      <select name="kind"><option value="std" selected>Standard</option><option value="box">Box &lt;4&gt;</option></select>
      <textarea name="note">Please
  seat us together</textarea>
      <button type="submit" disabled>Book</button>
    </form>
    <pre>Gate  A
Gate  B</pre>
    <div id="map" data-place='{"lat":47.3,"lon":8.5,"zoom":12}'></div>
  </main>
  <footer>
    <!-- cache: none -->
    <p>Rendered in <span class="ms">${(1 + random() * 80).toFixed(1)}</span> ms, request <code>${requestId}</code></p>
    <p>&copy; 2026 Example</p>
  </footer>
  <script nonce="${nonce}" src="/assets/site.js"></script>
</body>
</html>
`;
}

const role = (viewer: Viewer | undefined): string =>
  viewer === undefined ? 'anonymous' : viewer.isOrganiser ? 'organiser' : 'member';

function menu(viewer: Viewer | undefined, csrf: string): string {
  if (viewer === undefined)
    return `        <li><a href="/login">Log in</a></li>\n        <li><a href="/register">Register</a></li>`;
  return [
    ...(viewer.isOrganiser ? ['        <li><a href="/organise">Organise</a></li>'] : []),
    `        <li><a href="/account">${viewer.name}</a></li>`,
    `        <li><form action="/logout" method="post"><input type="hidden" name="_csrf" value="${csrf}"><button>Log out ${viewer.email}</button></form></li>`,
  ].join('\n');
}

function row(content: number, i: number, csrf: string): string {
  const guest = `Guest ${(content * 7 + i * 3) % 50}`;
  return `        <tr><td>${guest}</td><td>${String.fromCharCode(65 + i)}${content % 9}</td><td><a class="remove" href="/events/${content}/guests/${i}?_csrf=${csrf}">Remove</a></td></tr>`;
}

import type { Examined } from './examine';

/** The three commands that come next, each with what it is for. Pure. */
export function nextCommands(made: {
  readonly examined: Examined;
  readonly addsPeers: boolean;
  readonly url: URL | undefined;
}): readonly string[] {
  const { examined, addsPeers, url } = made;
  const { inventory } = examined;
  const install = addsPeers ? 'npm install && ' : '';
  if (inventory === undefined)
    return [
      `LEGACY_URL=${url?.origin ?? 'http://127.0.0.1:3000'} npx banyan proxy    # the proxy in front of it, on port 8080`,
      'npx banyan init --entry <file>    # to examine its code',
      'npx banyan session doctor',
    ];
  const route = inventory.routes.find(
    ({ method, path: at, shadowedBy }) => method === 'GET' && shadowedBy === undefined && /^\/[\w/:-]+$/.test(at),
  );
  return [
    `${install}npx banyan routes    # for each route: lift it, rewrite it or leave it, and why`,
    'npx banyan dev    # monolith, gateway, proxy and dashboard on this machine',
    `npx banyan add '${route === undefined ? 'GET /...' : `GET ${route.path}`}' --lift`,
  ];
}

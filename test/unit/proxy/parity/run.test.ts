import type { Server } from 'node:http';
import { createServer } from 'node:http';
import { runCases, type PlannedCase } from '../../../../proxy/parity/run';
import { redactionOf } from '../../../../proxy/parity/reported';
import { listen } from '../../../support/listen';
import { testBanyan } from '../../../support/test-banyan';

/** A monolith whose handler fails without an answer. */
let control: Server;
let candidate: Server;
let urls: { readonly control: string; readonly candidate: string };

beforeAll(async () => {
  control = createServer((request, response) => {
    if (request.url === '/broken') request.socket.destroy();
    else response.end('ok');
  });
  candidate = createServer((request, response) => {
    if (request.url === '/lost') request.socket.destroy();
    else response.end('ok');
  });
  urls = {
    control: `http://127.0.0.1:${await listen(control)}`,
    candidate: `http://127.0.0.1:${await listen(candidate)}`,
  };
});
afterAll(() => {
  control.close();
  candidate.close();
});

const run = (...cases: readonly (readonly [source: PlannedCase['source'], path: string])[]) =>
  runCases(
    cases.map(([source, path]) => ({
      ...{ source, route: 'GET /:name', identity: 'anonymous', parityCase: { name: path, request: { path } } },
    })),
    {
      context: {
        control: { name: 'legacy', url: urls.control },
        candidate: { name: 'gateway', url: urls.candidate },
        ...{ credentials: new Map([['anonymous', {}]]), rules: [], redaction: redactionOf(testBanyan) },
      },
      ...{ sides: { control: { name: 'legacy', url: '' }, candidate: { name: 'gateway', url: '' } } },
      ...{ rules: [], routes: [], complete: 'nothing', now: () => new Date() },
    },
  );

it('a generated case that the control does not answer is skipped with the reason, and the run goes on', async () => {
  const { routes, totals } = await run(['generated', '/broken'], ['generated', '/fine']);
  expect(totals).toMatchObject({ cases: 2, equal: 1, skipped: 1 });
  expect(routes[0]?.cases[0]?.reason).toMatch(/gave no answer \(ECONNRESET\), so there is nothing to compare with$/);
});

it.each<[PlannedCase['source'], string]>([
  ['suite', '/broken'],
  ['generated', '/lost'],
])('a %s case %s without an answer that is owed ends the run, and is named', async (source, path) => {
  await expect(run([source, path])).rejects.toMatchObject({
    message: expect.stringMatching(new RegExp(`^GET /:name, case "${path}": http://127.* gave no answer`)) as unknown,
    code: 'no_answer',
  });
});

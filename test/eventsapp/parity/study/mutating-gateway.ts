import { createServer } from 'node:http';
import type { Db } from 'mongodb';
import { send } from '../../../../proxy/parity/send';
import { listen } from '../../../support/listen';
import type { Mutant, PassingAnswer, PassingRequest } from './mutant';

/** A request and its answer, as they were without a fault. */
export interface Passed {
  readonly request: PassingRequest;
  readonly answer: PassingAnswer;
}

/** Whether a fault would change anything of it; what it does to the data only shows when it is done. */
export function wouldAct({ request, answer, data, dataAfter }: Mutant, passed: Passed): boolean {
  if (data !== undefined && dataAfter?.(passed.answer, passed.request) !== false) return true;
  const changed = request?.(passed.request) ?? passed.request;
  const answered = answer?.(passed.answer, changed) ?? passed.answer;
  return !isSame(passed.request, changed) || !isSame(passed.answer, answered);
}

/** A gateway with a fault that can be changed: it stands between the proxy and the real one. */
export interface MutatingGateway {
  readonly url: string;
  /** Undefined: everything passes as it is. */
  mutant: Mutant | undefined;
  /**
   * Whether the fault has changed anything since it was last asked.
   *
   * @throws the error of a fault that could not be made: a broken study would otherwise count as caught
   */
  hasActed(): boolean;
  /** What has passed since it was last asked, before any fault. */
  takePassed(): readonly Passed[];
  close(): Promise<void>;
}

/** Starts it in front of a gateway; `db` is the candidate's data. */
export async function startMutatingGateway(gatewayUrl: string, db: Db): Promise<MutatingGateway> {
  const { origin, pathname: stage } = new URL(gatewayUrl);
  let acted = false;
  let broken: unknown;
  let passed: Passed[] = [];
  const handle = async (request: PassingRequest): Promise<PassingAnswer> => {
    const { mutant } = gateway;
    const changed = mutant?.request?.(request) ?? request;
    const { response } = await send(origin, {
      method: changed.method,
      path: `${stage.replace(/\/$/, '')}${changed.path}`,
      headers: sized(changed),
      body: changed.body,
    });
    if (!Buffer.isBuffer(response.body)) throw new Error('the body is too large to be kept');
    const answer: PassingAnswer = { ...response, body: response.body };
    passed.push({ request, answer });
    const answered = mutant?.answer?.(answer, changed) ?? answer;
    const change = mutant?.dataAfter?.(answer, changed) === false ? undefined : mutant?.data;
    await change?.(db, answer, changed);
    acted ||= change !== undefined || !isSame(request, changed) || !isSame(answer, answered);
    return answered;
  };

  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const { method = '', url = '', rawHeaders } = incoming;
      const headers = rawHeaders.flatMap((name, i): [string, string][] =>
        i % 2 === 0 ? [[name, rawHeaders[i + 1] ?? '']] : [],
      );
      handle({ method, path: url.slice(stage.replace(/\/$/, '').length), headers, body: Buffer.concat(chunks) }).then(
        (answer) => {
          const kept = answer.headers.filter(([name]) => !/^(transfer-encoding|connection|keep-alive)$/i.test(name));
          outgoing.writeHead(answer.statusCode, kept.flat());
          outgoing.end(answer.body);
        },
        (error: unknown) => {
          broken ??= error;
          outgoing.destroy();
        },
      );
    });
  });
  const port = await listen(server);
  const gateway: MutatingGateway = {
    url: `http://127.0.0.1:${port}${stage}`,
    mutant: undefined,
    hasActed() {
      if (broken !== undefined) throw new Error(`"${gateway.mutant?.name ?? ''}" broke`, { cause: broken });
      const since = acted;
      acted = false;
      return since;
    },
    takePassed() {
      const since = passed;
      passed = [];
      return since;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return gateway;
}

/** A body that a mutant has changed has another length; hop-by-hop headers are made anew. */
function sized({ headers, body }: PassingRequest): readonly (readonly [string, string])[] {
  const kept = headers.filter(([name]) => !/^(transfer-encoding|connection|keep-alive|host)$/i.test(name));
  return kept.map(([name, value]) =>
    name.toLowerCase() === 'content-length' ? [name, String(body.length)] : [name, value],
  );
}

function isSame(a: PassingRequest | PassingAnswer, b: PassingRequest | PassingAnswer): boolean {
  if (a === b) return true;
  const rest = (message: PassingRequest | PassingAnswer): string => JSON.stringify({ ...message, body: '' });
  return a.body.equals(b.body) && rest(a) === rest(b);
}

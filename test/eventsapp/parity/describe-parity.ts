import { readFileSync } from 'node:fs';
import path from 'node:path';
import { MongoClient, type Db } from 'mongodb';
import banyan from '../../../banyan.config';
import { startCandidateProxy, type CandidateProxy } from '../../../proxy/parity/candidate-proxy';
import { copyDatabase, DataCopy } from '../../../proxy/parity/data-copy';
import type { Credentials } from '../../../proxy/parity/credentials';
import { logIn } from '../../../proxy/parity/identities';
import { observe, requestOf, type Side } from '../../../proxy/parity/observe';
import {
  answeredBy,
  expectedStatus,
  identitiesOf,
  isSafe,
  type CaseSuite,
  type ParityCase,
} from '../../../shared/parity/case';
import { rulesOfNamed, type Rule } from '../../../shared/parity/rules';
import { parseRules } from '../../../shared/parity/rules-file';
import type { LocalSystem } from '../system';
import startParitySystem, { type ParitySystem } from './system';
import { isAddedByAws, type Exchange } from './to-match-legacy';

export const RULES_FILE = path.join(__dirname, 'rules.yml');

/** What else happens to the candidate. */
interface CandidateOptions {
  /** With `retired` the candidate's monolith is not compared: it has no photos. */
  readonly monolithPhotos?: 'kept' | 'retired';
  /** Called once the candidate has its data, which is then what is put back after each request. Returns what ends it. */
  readonly begin?: (system: LocalSystem) => Promise<() => Promise<void>>;
}

interface Sides {
  readonly system: ParitySystem;
  readonly client: MongoClient;
  readonly end: (() => Promise<void>) | undefined;
  readonly control: Side;
  readonly gateway: Side;
  readonly onLegacy: Side | undefined;
  readonly onLambda: Side;
  readonly proxies: readonly CandidateProxy[];
  readonly credentials: ReadonlyMap<string, Credentials>;
  readonly knownValues: ReadonlySet<string>;
  readonly rules: readonly Rule[];
}

/**
 * Runs every case as every identity against a monolith of its own (the control) and, as candidates, against the gateway and
 * through the proxy at each stage. Each side works on its own copy of the same data, which is put back after each request.
 * Answers, every changed document and every message sent must be the same; ids and times that a side makes up are unified.
 */
export function describeSuites(suites: readonly CaseSuite[], candidate: CandidateOptions = {}): void {
  describe('parity', () => {
    let sides: Sides;

    beforeAll(async () => {
      sides = await startSides(suites, candidate);
    });

    afterAll(async () => {
      await sides.end?.();
      for (const proxy of sides.proxies) await proxy.close();
      await sides.client.close();
      await sides.system.close();
    });

    describe.each(suites.map((suite) => [suite.route, suite] as const))('of %s', (route, { cases }) => {
      it('is asked as everybody', () => {
        const everybody = Object.keys(banyan.parity.identities);
        expect(cases.flatMap(identitiesOf)).toEqual(expect.arrayContaining(everybody));
      });

      describe.each(cases.map((parityCase) => [parityCase.name, parityCase] as const))('%s', (_name, parityCase) => {
        it.each(identitiesOf(parityCase))('as %s', async (identity) => {
          await runCase(sides, route, parityCase, identity);
        });
      });
    });
  });
}

async function runCase(sides: Sides, route: string, parityCase: ParityCase, identity: string): Promise<void> {
  const { control, gateway, onLegacy, onLambda, proxies, knownValues } = sides;
  const request = await requestOf(parityCase, sides.credentials.get(identity) ?? {}, control);
  const expected = await observe(control, request);
  const { statusCode } = expected.response;
  expect(statusCode).toBe(expectedStatus(parityCase, identity));
  const effects = new Set(expected.changes.map(({ collection, kind }) => `${collection} ${kind}`));
  expect([...effects].sort()).toEqual(statusCode < 300 ? [...(parityCase.effects ?? [])].sort() : []);

  const rules = rulesOfNamed(sides.rules, { name: route });
  const exchangeWith = async (side: Side): Promise<Exchange> => ({
    control: expected,
    candidate: await observe(side, request),
    knownValues,
    rules,
    identity,
  });
  // What a safe request does to the data need be seen once only.
  const answerOf = (side: Side): Side => (isSafe(request.method) ? { name: side.name, url: side.url } : side);
  if (parityCase.onlyThroughProxy === undefined)
    await expect({ ...(await exchangeWith(answerOf(gateway))), forgive: isAddedByAws }).toMatchLegacy();
  if (onLegacy !== undefined) await expect(await exchangeWith(answerOf(onLegacy))).toMatchLegacy();
  await expect(await exchangeWith(onLambda)).toMatchLegacy();
  expect(proxies[1]?.lastAnswer()).toMatchObject({ upstream: answeredBy(parityCase, identity), failure: undefined });
}

async function startSides(suites: readonly CaseSuite[], { monolithPhotos, begin }: CandidateOptions): Promise<Sides> {
  const system = await startParitySystem({
    monolithPhotos,
    run: `jest_${process.pid}_${Date.now().toString(36)}`,
    // Never a database that MONGODB_URI names: tests write.
    env: { PATH: process.env['PATH'] },
  });
  const { control, candidate } = system;
  const client = await MongoClient.connect(control.mongodbUri);
  const databaseOf = (uri: string): Db => client.db(new URL(uri).pathname.slice(1));
  const [controlDb, candidateDb] = [databaseOf(control.mongodbUri), databaseOf(candidate.mongodbUri)];
  for (const prepare of new Set(suites.map((suite) => suite.prepare))) await prepare?.(controlDb);
  // Sessions are copied too: one credential is good on both sides.
  const credentials = await logIn(banyan, control.url);
  await copyDatabase(controlDb, candidateDb);
  const end = await begin?.(system.system);
  const data = await DataCopy.of(controlDb, control);
  const candidateData = await DataCopy.of(candidateDb, candidate);
  const routes = readFileSync(path.join(__dirname, '../../../proxy/routes.yml'), 'utf8');
  const proxyOn = (stage: 'legacy' | 'lambda') =>
    startCandidateProxy({ banyan, legacyUrl: candidate.legacyUrl, lambdaUrl: candidate.url, routes, stage });
  const [legacyStage, lambdaStage] = [await proxyOn('legacy'), await proxyOn('lambda')];
  const side = (name: string, url: string): Side => ({ name, url, data: candidateData });
  return {
    system,
    client,
    end,
    control: { name: 'legacy', url: control.url, data },
    gateway: side('gateway', candidate.url),
    onLegacy: monolithPhotos === 'retired' ? undefined : side('proxy, route on legacy', legacyStage.url),
    onLambda: side('proxy, route on lambda', lambdaStage.url),
    proxies: [legacyStage, lambdaStage],
    credentials,
    knownValues: data.knownValues(),
    rules: parseRules(readFileSync(RULES_FILE, 'utf8'), 'test/eventsapp/parity/rules.yml'),
  };
}

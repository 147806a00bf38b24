import { readFileSync } from 'node:fs';
import path from 'node:path';
import { MongoClient } from 'mongodb';
import banyan from '../../../../banyan.config';
import { withStarted, type ReadySides } from '../../../../proxy/parity/environment';
import { observe, requestOf, type Observation } from '../../../../proxy/parity/observe';
import type { SourcedCase } from '../../../../shared/parity/case';
import startParitySystem from '../system';
import { suites } from './choose-cases';
import { startMutatingGateway, type MutatingGateway, type Passed } from './mutating-gateway';

export const ROUTES = readFileSync(path.join(__dirname, '../../../../proxy/routes.yml'), 'utf8');

/** Both sides, with a gateway in front of the candidate's that can be given a fault. */
export interface StudySides {
  readonly ready: Omit<ReadySides, 'close'>;
  readonly gateway: MutatingGateway;
  /** Of the gateway itself. */
  readonly gatewayUrl: string;
  readonly close: () => Promise<void>;
}

/** A case with what the control answered and did. */
export interface PreparedCase {
  readonly sourced: SourcedCase;
  readonly control: Observation;
  /** What passed the gateway when it was sent without a fault. */
  passed: readonly Passed[];
}

export async function startStudySides(): Promise<StudySides> {
  const stops: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const stop of stops.splice(0).reverse()) await stop();
  };
  try {
    const system = await startParitySystem({ run: `study_${process.pid}`, env: { PATH: process.env['PATH'] } });
    stops.push(() => system.close());
    const client = await MongoClient.connect(system.candidate.mongodbUri);
    stops.push(() => client.close());
    const gatewayUrl = system.candidate.url;
    const gateway = await startMutatingGateway(gatewayUrl, client.db());
    stops.push(() => gateway.close());
    const sides = { ...system, candidate: { ...system.candidate, url: gateway.url } };
    const ready = await withStarted(sides, { banyan, direct: false, routes: ROUTES }, suites(), stops);
    return { ready, gateway, gatewayUrl, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Asks the control once for each case; what the mutants do is compared with that. */
export async function prepareCases(
  { ready: { context } }: StudySides,
  cases: readonly SourcedCase[],
): Promise<readonly PreparedCase[]> {
  const { control, credentials } = context;
  const prepared: PreparedCase[] = [];
  for (const sourced of cases) {
    const request = await requestOf(sourced.parityCase, credentials.get(sourced.identity) ?? {}, control);
    prepared.push({ sourced, control: await observe(control, request), passed: [] });
  }
  return prepared;
}

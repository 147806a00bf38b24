import { setTimeout as delay } from 'node:timers/promises';
import type { Db } from 'mongodb';
import type { Logger } from '../../shared/logger';
import { serverTime } from '../../shared/mongo';
import { readFleet, type Fleet } from '../fleet/fleet';
import { countedAnswers, evidenceObstacles } from '../ledger/obstacles';
import type { Ledger } from '../ledger/ledger';
import { DEFAULT_RULES } from '../ledger/promotion-rules';
import type { Overrides } from '../overrides/overrides';
import { forgetStep, noteWait, storeStep } from '../overrides/steps';
import type { RouteTable } from '../route-table/load';
import { isClimbing, type Route } from '../route-table/route';
import { decideClimb, type ClimbDecision, type ClimbEvidence, type ClimbFacts, type GateAnswer } from './decide';
import { askGate } from './gate';

export interface ClimbParts {
  readonly db: () => Promise<Db>;
  readonly overrides: Pick<Overrides, 'current'>;
  readonly ledger: Pick<Ledger, 'routeEvidence' | 'recordStage'>;
  readonly table: () => Pick<RouteTable, 'routes'>;
  readonly versions: { readonly legacy: string; readonly lambda: string };
  /** Of the heartbeat of this proxy. */
  readonly id: string;
  /** Names this proxy in the history: `proxy web-1`. */
  readonly name: string;
  /** ms between looks; default 10 s. */
  readonly interval?: number;
}

const INTERVAL = 10_000;
/** ms between two questions to the gate about one route, and between two notes why it waits. */
const PAUSE = 30_000;
const AT_A_TIME = 8;
/** Looks for which evidence that holds a route is remembered: to read it takes all that the ledger has of the route. */
const LOOKS = 3;

/** Lets the routes of the table climb, whichever proxy's turn it is to decide. Nothing is applied here: every proxy, this one too, follows what is stored. */
export function startClimb(parts: ClimbParts, logger: Logger): { close(): Promise<void> } {
  const { interval = INTERVAL } = parts;
  const closing = new AbortController();
  const climber = new Climber(parts, closing.signal, logger);
  let isFaulty = false;
  const look = async (): Promise<void> => {
    try {
      await climber.look();
      isFaulty = false;
    } catch (error) {
      if (!isFaulty && !closing.signal.aborted)
        logger.warn({ err: error }, 'routes do not climb while MongoDB is unavailable; each keeps its share');
      isFaulty = true;
    }
  };
  const loop = (async () => {
    const paused = () => delay(interval, true, { signal: closing.signal }).catch(() => false);
    while (await paused()) await look();
  })();
  return {
    async close() {
      closing.abort();
      await loop;
    },
  };
}

/** Which of the proxies decides: of those that run the one with the first id. Two at a time do no harm. Pure. */
export function decidingProxy({ proxies }: Pick<Fleet, 'proxies'>): string | undefined {
  return proxies
    .filter(({ state }) => state === 'running')
    .map(({ _id }) => _id)
    .sort()[0];
}

/** In what proxies that run must agree, so that a share means the same everywhere. */
const NEEDED = ['route table', 'legacy build', 'Lambda build'] as const;

/** What keeps all routes from climbing; undefined: nothing. Pure. */
export function disagreementOf({ proxies }: Pick<Fleet, 'proxies'>): string | undefined {
  const running = proxies.filter(({ state }) => state === 'running');
  const found = NEEDED.filter((trait) => running.some(({ differs }) => differs.includes(trait)));
  return found.length === 0 ? undefined : `the proxies differ in ${found.join(' and ')}`;
}

/** Of one route, as long as it climbs. */
interface Memory {
  /** When its gate said no, and why. */
  gate?: { readonly at: number; readonly answer: GateAnswer };
  /** When a reason was noted, and at which step. */
  noted?: { readonly at: number; readonly changes: number };
  /** What the ledger lacked on this step, for so many more looks. */
  held?: { readonly evidence: ClimbEvidence; readonly changes: number; readonly looks: number } | undefined;
  /** Said once in a row. */
  isFaulty?: boolean;
}

class Climber {
  private readonly memories = new Map<string, Memory>();

  constructor(
    private readonly parts: ClimbParts,
    private readonly signal: AbortSignal,
    private readonly logger: Logger,
  ) {}

  /** Judges every route once, if it is this proxy's turn. Rejects with the driver's error. */
  async look(): Promise<void> {
    const { db: connect, overrides, table, id } = this.parts;
    const routes = table().routes.filter(isClimbing);
    const ids = new Set(routes.map((route) => route.id));
    const over = [...overrides.current().steps.keys()].filter((routeId) => !ids.has(routeId));
    for (const routeId of this.memories.keys()) if (!ids.has(routeId)) this.memories.delete(routeId);
    if (routes.length === 0 && over.length === 0) return;
    const db = await connect();
    const fleet = await readFleet(db);
    if (decidingProxy(fleet) !== id) return;
    const disagreement = disagreementOf(fleet);
    const now = await serverTime(db);
    // Several at a time: a slow gate of one keeps few others waiting.
    for (let first = 0; first < routes.length && !this.signal.aborted; first += AT_A_TIME)
      await Promise.all(
        routes.slice(first, first + AT_A_TIME).map((route) => this.climbAlone(db, route, { disagreement, now })),
      );
    // Not while a new table is still on its way to some.
    if (disagreement === undefined) for (const routeId of over) await forgetStep(db, routeId);
  }

  /** A fault of one route, such as a document that was edited by hand, keeps no other from climbing. */
  private async climbAlone(db: Db, route: Route, known: Pick<ClimbFacts, 'disagreement' | 'now'>): Promise<void> {
    const memory = this.memoryOf(route.id);
    try {
      await this.climb(db, route, known);
      memory.isFaulty = false;
    } catch (error) {
      if (memory.isFaulty !== true && !this.signal.aborted)
        this.logger.warn(
          { routeId: route.id, err: error },
          'route does not climb: its override or its evidence cannot be read or written',
        );
      memory.isFaulty = true;
    }
  }

  private async climb(db: Db, route: Route, known: Pick<ClimbFacts, 'disagreement' | 'now'>): Promise<void> {
    const { id, climb, guard } = route;
    if (climb === undefined || guard === undefined) return;
    const state = this.parts.overrides.current();
    const facts = { ...known, route: { id, climb, guard }, state };
    const stored = state.steps.get(id);
    const changes = stored?.changes ?? 0;
    const memory = this.memoryOf(id);
    const held = memory.held?.changes === changes && memory.held.looks > 0 ? memory.held : undefined;
    let evidence: ClimbEvidence | undefined;
    let gate: GateAnswer | undefined;
    let decision: ClimbDecision;
    while ((decision = decideClimb({ ...facts, evidence, gate })).kind === 'ask') {
      if (decision.what === 'evidence') evidence = held?.evidence ?? (await this.evidence(route, decision.to));
      else gate = await this.ask(route, { from: stored?.percent ?? 0, to: decision.to });
    }
    memory.held =
      decision.kind === 'hold' && evidence !== undefined && gate === undefined
        ? { evidence, changes, looks: (held?.looks ?? LOOKS) - 1 }
        : undefined;
    if (decision.kind === 'step') {
      // What lets a route go on is of this look.
      if (held !== undefined) return this.climb(db, route, known);
      const { answers } = evidence ?? (await this.evidence(route, decision.to));
      await this.step(db, id, { ...decision, before: answers, changes });
    } else if (decision.kind === 'again' && stored !== undefined) {
      const { answers } = await this.evidence(route, stored.percent);
      await storeStep(db, id, { percent: stored.percent, before: answers }, changes);
    } else if (decision.kind === 'hold') {
      // Where a reason can be kept.
      if (stored === undefined) await storeStep(db, id, { percent: 0, before: { answered: 0, failed: 0 } }, changes);
      else if (stored.waits !== decision.why) await this.note(db, id, decision.why, changes);
    }
  }

  private async step(
    db: Db,
    routeId: string,
    next: {
      readonly to: number;
      readonly why: string;
      readonly before: ClimbEvidence['answers'];
      readonly changes: number;
    },
  ): Promise<void> {
    const { name: by, ledger } = this.parts;
    const { to: percent, why, before, changes } = next;
    const id = await storeStep(db, routeId, { percent, before }, changes);
    if (id === undefined) return;
    this.memories.delete(routeId);
    this.logger.info({ routeId, percent, why }, 'route climbs');
    ledger.recordStage({ ...{ id, routeId, action: 'climbed', to: 'canary', percent }, by, why, at: new Date() });
  }

  private async evidence(route: Route, to: number): Promise<ClimbEvidence> {
    const { legacy, lambda } = this.parts.versions;
    const evidence = await this.parts.ledger.routeEvidence(route);
    return {
      obstacles: evidenceObstacles(route, { stage: 'canary', percent: to }, evidence, DEFAULT_RULES),
      answers: { ...countedAnswers(evidence, 'canary', DEFAULT_RULES), builds: `${legacy}\n${lambda}` },
    };
  }

  /** A gate that said no is left in peace for a while. */
  private async ask(
    { id: route, climb }: Route,
    shares: { readonly from: number; readonly to: number },
  ): Promise<GateAnswer> {
    const memory = this.memoryOf(route);
    if (memory.gate !== undefined && performance.now() - memory.gate.at < PAUSE) return memory.gate.answer;
    const question = { route, ...shares, versions: this.parts.versions };
    const answer = await askGate(climb?.gate ?? '', question, { signal: this.signal });
    if (!answer.isOpen) memory.gate = { at: performance.now(), answer };
    return answer;
  }

  /** Reasons hold counts, which change at every look. */
  private async note(db: Db, routeId: string, why: string, changes: number): Promise<void> {
    const memory = this.memoryOf(routeId);
    const { noted } = memory;
    if (noted?.changes === changes && performance.now() - noted.at < PAUSE) return;
    memory.noted = { at: performance.now(), changes };
    await noteWait(db, routeId, why, changes);
  }

  private memoryOf(routeId: string): Memory {
    const memory = this.memories.get(routeId) ?? {};
    this.memories.set(routeId, memory);
    return memory;
  }
}

import { kind, type NodeId } from '@energymesh/protocol';
import { LoopChecker } from './loops.ts';
import { type MapName, mapOf } from './maps.ts';
import { Seeded } from './random.ts';
import { World } from './world.ts';

export interface ScenarioOptions {
  readonly map: MapName;
  readonly nodes: number;
  readonly minutes: number;
  readonly seed: number;
  /** Told every virtual second how many have passed, and in which part of the run they did. */
  readonly progress?: (seconds: number, phase: Phase) => void;
}

export type Phase = 'cold' | 'quiet' | 'changes' | 'faults';

export interface ScenarioResult {
  readonly submitted: number;
  readonly deliveredRatio: number;
  readonly lost: number;
  readonly duplicates: number;
  readonly rawDuplicates: number;
  readonly loops: number;
  /** Flows whose relay's connections the kernel closed; flows that nobody told. */
  readonly healsMs: { readonly killed: readonly number[]; readonly silent: readonly number[] };
  readonly latenciesMs: readonly number[];
  /** Over the whole run, cold start and partitions included. */
  readonly controlBytesPerNodePerSecond: number;
  readonly phases: Readonly<Record<Phase, PhaseFigures>>;
  readonly convergedMs: number;
  readonly events: number;
  readonly traceHash: string;
}

export interface PhaseFigures {
  readonly seconds: number;
  readonly controlBytesPerNodePerSecond: number;
  /** The same by kind of frame. */
  readonly bytesByKind: ReadonlyMap<number, number>;
}

const settleMs = 20_000;
/** Nothing breaks from `settleMs` to here; then one edge a second changes. */
const changesFromMs = 60_000;
const changesUntilMs = 100_000;
const faultsFromMs = 110_000;
const drainMs = 60_000;
const meterEveryMs = 10_000;
const probeEveryMs = 100;

/**
 * A community's day in short: all nodes start within two seconds, meters publish, nothing breaks for forty seconds; then
 * for forty seconds one edge a second goes or comes back; and then every twenty seconds something breaks (a relay killed,
 * a relay without power, a link that swallows, one that slows down, a partition). The last minute is quiet, so that
 * everything under way can arrive.
 */
export function runScenario(options: ScenarioOptions): ScenarioResult {
  const map = mapOf(options.map, options.nodes, options.seed);
  const world = new World({ map, seed: options.seed });
  const random = new Seeded(options.seed, 7);
  const endMs = Math.max(options.minutes * 60_000, settleMs + drainMs + 10_000);
  const checker = new LoopChecker();
  const healing: Healing = new Map();
  const healsMs = { killed: [] as number[], silent: [] as number[] };
  world.onDelivered = (origin, submittedAt) => {
    const fault = healing.get(origin);
    if (fault === undefined || submittedAt < fault.at) return;
    healing.delete(origin);
    healsMs[fault.kind].push(world.now - fault.at);
  };

  for (const { index } of world.nodes) world.at(random.next() * 2000, () => world.start(index));
  let convergedMs = Number.NaN;
  const converge = (): void => {
    const all = world.nodes.every((n) => n.isGateway || n.mesh?.gateway() !== undefined);
    if (all) convergedMs = world.now;
    else if (world.now < settleMs) world.after(250, converge);
  };
  world.at(2000, converge);

  for (const { index } of world.nodes) {
    const publish = (): void => {
      if (world.now > endMs - drainMs) return;
      world.publish(index, random.below(10) === 0 ? 0 : 1);
      world.after(meterEveryMs * (0.8 + 0.4 * random.next()), publish);
    };
    world.at(settleMs / 2 + random.next() * meterEveryMs, publish);
  }

  const change = changesOf(world, random);
  if (endMs - drainMs > changesUntilMs) for (let ms = changesFromMs; ms < changesUntilMs; ms += 1000) world.at(ms, change);
  const faults = faultsOf(world, random, healing);
  let broken = 0;
  const fault = (): void => {
    if (world.now > endMs - drainMs - 30_000) return;
    // a killed relay and a silent one first: a short run has both figures too
    faults[broken < 2 ? broken : random.below(faults.length)]!();
    broken++;
    world.after(20_000, fault);
  };
  world.at(faultsFromMs, fault);

  const meter = new Meter(world);
  for (let second = 1; second * 1000 <= endMs; second++) {
    world.runUntil(second * 1000);
    const phase = meter.second(second * 1000, endMs);
    if (second * 1000 > settleMs && second % 5 === 0) checker.look(world);
    options.progress?.(second, phase);
  }
  const verdict = world.ledger.verdict();
  return {
    submitted: verdict.submitted,
    deliveredRatio: verdict.delivered / Math.max(1, verdict.submitted),
    lost: verdict.lost + verdict.releasedUndelivered,
    duplicates: verdict.duplicates,
    rawDuplicates: world.ledger.rawDuplicates,
    loops: checker.loops,
    healsMs,
    latenciesMs: world.ledger.latenciesMs,
    controlBytesPerNodePerSecond: world.controlBytes / options.nodes / (endMs / 1000),
    phases: meter.figures(),
    convergedMs,
    events: world.events,
    traceHash: world.traceHash,
  };
}

/** By node: the fault that its flow waits to be healed from. */
type Healing = Map<number, { readonly at: number; readonly kind: 'killed' | 'silent' }>;

const phaseOf = (ms: number): Phase => (ms <= settleMs ? 'cold' : ms <= changesFromMs ? 'quiet' : ms <= changesUntilMs ? 'changes' : 'faults');

/** Adds up the bytes of each part of a run. The last, quiet minute belongs to none. */
class Meter {
  readonly #world: World;
  readonly #sums = new Map<Phase, { seconds: number; bytes: Map<number, number> }>();
  #before = new Map<number, number>();

  constructor(world: World) {
    this.#world = world;
  }

  second(now: number, endMs: number): Phase {
    const phase = phaseOf(now);
    const bytes = new Map(this.#world.bytesByKind);
    if (now <= endMs - drainMs) {
      const sum = this.#sums.get(phase) ?? { seconds: 0, bytes: new Map<number, number>() };
      this.#sums.set(phase, sum);
      sum.seconds++;
      for (const [of, total] of bytes) sum.bytes.set(of, (sum.bytes.get(of) ?? 0) + total - (this.#before.get(of) ?? 0));
    }
    this.#before = bytes;
    return phase;
  }

  figures(): Record<Phase, PhaseFigures> {
    return { cold: this.#figures('cold'), quiet: this.#figures('quiet'), changes: this.#figures('changes'), faults: this.#figures('faults') };
  }

  #figures(phase: Phase): PhaseFigures {
    const { seconds, bytes } = this.#sums.get(phase) ?? { seconds: 0, bytes: new Map<number, number>() };
    const share = 1 / this.#world.nodes.length / seconds;
    const bytesByKind = new Map([...bytes].map(([of, sum]) => [of, sum * share]));
    let control = 0;
    for (const [of, sum] of bytesByKind) if (of !== kind.bundle) control += sum;
    return { seconds, controlBytesPerNodePerSecond: seconds === 0 ? Number.NaN : control, bytesByKind };
  }
}

/** An edge that a link uses goes, silently; each comes back after ten seconds. Every call is one change. A small world has fewer edges gone at a time. */
const changesOf = (world: World, random: Seeded): (() => void) => {
  const goneMax = Math.min(10, Math.max(1, Math.floor(world.air.edges.length / 20)));
  return () => {
    const oldest = world.air.gone[0];
    if (oldest !== undefined && (world.air.gone.length >= goneMax || world.now >= changesUntilMs - 1000 * world.air.gone.length))
      return world.setEdge(oldest, true);
    const edge = usedEdge(world, random);
    if (edge !== undefined) world.setEdge(edge, false);
  };
};

/** Of a random node's links. */
function usedEdge(world: World, random: Seeded): number | undefined {
  const sim = world.nodes[random.below(world.nodes.length)]!;
  const neighbours = sim.mesh?.neighbours() ?? [];
  const neighbour = neighbours.length > 0 ? world.byId(neighbours[random.below(neighbours.length)]!.node) : undefined;
  const edge = neighbour && world.air.edgeBetween(sim.index, neighbour.index);
  return edge !== undefined && world.air.isUp(edge) ? edge : undefined;
}

/** Each fault mends itself after half a minute, so that no message is undeliverable at the end. */
function faultsOf(world: World, random: Seeded, healing: Healing): readonly (() => void)[] {
  const upMs = 30_000;
  /** The path of a node that has relays on it, if one of some tries has. */
  const path = (): readonly NodeId[] => {
    let longest: readonly NodeId[] = [];
    for (let tries = 0; tries < 8 && longest.length < 3; tries++) {
      const next = world.nodes[random.below(world.nodes.length)]!.mesh?.path() ?? [];
      if (next.length > longest.length) longest = next;
    }
    return longest;
  };
  /** One that carries for others; a community in which nobody does has any node killed but a gateway. */
  const relay = (): number => {
    const on = path().slice(1, -1);
    if (on.length > 0) return world.byId(on[random.below(on.length)]!)!.index;
    const others = world.nodes.filter((n) => !n.isGateway);
    return (others[random.below(others.length)] ?? world.nodes[0]!).index;
  };
  /** One that a flow uses, else any. */
  const edgeOfFlow = (): number => {
    const hops = path();
    const at = random.below(Math.max(1, hops.length - 1));
    const [a, b] = [hops[at], hops[at + 1]].map((id) => (id === undefined ? undefined : world.byId(id)?.index));
    const edge = a === undefined || b === undefined ? undefined : world.air.edgeBetween(a, b);
    return edge ?? random.below(world.air.edges.length);
  };
  let partitionedUntil = 0;
  /** Nodes whose way goes through the fault publish often until the first of it arrives. */
  const watch = (kind: 'killed' | 'silent', uses: (path: readonly string[]) => boolean, notThese: ReadonlySet<number>): void => {
    const at = world.now;
    // a half without a gateway heals when the partition ends, whatever else broke
    if (at < partitionedUntil) return;
    let watched = 0;
    for (const sim of world.nodes) {
      const path = sim.mesh?.path() ?? [];
      if (notThese.has(sim.index) || sim.isGateway || watched >= 20 || !uses(path)) continue;
      watched++;
      const fault = { at, kind };
      healing.set(sim.index, fault);
      const probe = (): void => {
        if (healing.get(sim.index) !== fault || world.now > at + upMs) return;
        world.publish(sim.index, 1, true);
        world.after(probeEveryMs, probe);
      };
      probe();
    }
  };
  const kill = (silently: boolean) => () => {
    const index = relay();
    const id = world.nodes[index]!.identity.node;
    watch(silently ? 'silent' : 'killed', (path) => path.slice(1).includes(id), new Set([index]));
    world.crash(index, silently);
    world.after(upMs, () => world.start(index));
  };
  const edgeUsers = (edge: number): ((path: readonly string[]) => boolean) => {
    const { a, b } = world.air.edges[edge]!;
    const [x, y] = [world.nodes[a]!.identity.node, world.nodes[b]!.identity.node];
    return (path) => path.some((hop, i) => (hop === x && path[i + 1] === y) || (hop === y && path[i + 1] === x));
  };
  const blackhole = (): void => {
    const edge = edgeOfFlow();
    watch('silent', edgeUsers(edge), new Set());
    world.setEdge(edge, false);
    world.after(upMs, () => world.setEdge(edge, true));
  };
  const degrade = (): void => {
    const edge = edgeOfFlow();
    world.air.degrade(edge, 80);
    world.after(upMs, () => world.air.degrade(edge, 0));
  };
  const partition = (): void => {
    partitionedUntil = world.now + upMs;
    healing.clear();
    const half = new Set(world.nodes.filter((n) => n.index < world.nodes.length / 2).map((n) => n.index));
    const cut = world.air.edges.flatMap(({ a, b }, i) => (half.has(a) !== half.has(b) ? [i] : []));
    for (const edge of cut) world.setEdge(edge, false);
    world.after(upMs, () => {
      for (const edge of cut) world.setEdge(edge, true);
    });
  };
  return [kill(false), kill(true), blackhole, degrade, kill(false), blackhole, partition];
}

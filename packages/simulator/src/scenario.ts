import { LoopChecker } from './loops.ts';
import { type MapName, mapOf } from './maps.ts';
import { Seeded } from './random.ts';
import { World } from './world.ts';

export interface ScenarioOptions {
  readonly map: MapName;
  readonly nodes: number;
  readonly minutes: number;
  readonly seed: number;
  /** Told now and then how many virtual seconds have passed. */
  readonly progress?: (seconds: number) => void;
}

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
  readonly controlBytesPerNodePerSecond: number;
  readonly quietControlBytesPerNodePerSecond: number;
  readonly convergedMs: number;
  readonly events: number;
  readonly traceHash: string;
}

const settleMs = 20_000;
const drainMs = 60_000;
const meterEveryMs = 10_000;
const probeEveryMs = 100;

/**
 * A community's day in short: all nodes start within two seconds, meters publish, and every twenty seconds something
 * breaks (a relay killed, a relay without power, a link that swallows, one that slows down, once a partition). The last
 * minute is quiet, so that everything under way can arrive.
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

  const faults = faultsOf(world, random, healing, map.gateways);
  const fault = (): void => {
    if (world.now > endMs - drainMs - 30_000) return;
    faults[random.below(faults.length)]!();
    world.after(20_000, fault);
  };
  world.at(settleMs + 60_000, fault);

  let quietFrom = 0;
  let quietBytes = Number.NaN;
  world.at(settleMs, () => {
    quietFrom = world.controlBytes;
  });
  world.at(settleMs + 59_000, () => {
    quietBytes = (world.controlBytes - quietFrom) / 59;
  });
  for (let second = 1; second * 1000 <= endMs; second++) {
    world.runUntil(second * 1000);
    if (second * 1000 > settleMs && second % 5 === 0) checker.look(world);
    if (second % 30 === 0) options.progress?.(second);
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
    quietControlBytesPerNodePerSecond: quietBytes / options.nodes,
    convergedMs,
    events: world.events,
    traceHash: world.traceHash,
  };
}

/** By node: the fault that its flow waits to be healed from. */
type Healing = Map<number, { readonly at: number; readonly kind: 'killed' | 'silent' }>;

/** Each fault mends itself after half a minute, so that no message is undeliverable at the end. */
function faultsOf(world: World, random: Seeded, healing: Healing, gateways: readonly number[]): readonly (() => void)[] {
  const upMs = 30_000;
  const relay = (): number => {
    for (;;) {
      const index = random.below(world.nodes.length);
      if (!gateways.includes(index) || gateways.length === world.nodes.length) return index;
    }
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
    const edge = random.below(world.air.edges.length);
    watch('silent', edgeUsers(edge), new Set());
    world.setEdge(edge, false);
    world.after(upMs, () => world.setEdge(edge, true));
  };
  const degrade = (): void => {
    const edge = random.below(world.air.edges.length);
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

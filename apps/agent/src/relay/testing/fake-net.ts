import {
  type DeliveredEntry,
  type DeviceClaim,
  type DeviceHash,
  type DeviceHolder,
  type EntryRun,
  Incarnation,
  NodeId,
  type Submission,
  type Topology,
} from '@energymesh/protocol';
import type { Mesh, MeshOutput } from '../../ports.ts';
import { FakeMesh } from './fake-mesh.ts';

/** Fake meshes that carry entries to each other at once: "backend" to the first node that offers itself as a gateway. */
export class FakeNet {
  readonly nodes = new Map<NodeId, NetMesh>();
  /** Entries for these nodes, or from them, stay where they are. */
  readonly cut = new Set<NodeId>();

  add(name: string, incarnation = 1): NetMesh {
    const mesh = new NetMesh(this, NodeId(name.padStart(16, '0')), incarnation);
    this.nodes.set(mesh.self, mesh);
    return mesh;
  }
  gateway(): NodeId | undefined {
    return [...this.nodes.values()].find((mesh) => mesh.offers.at(-1) && !this.cut.has(mesh.self))?.self;
  }
  gatewayOf(node: NodeId): NodeId | undefined {
    return this.cut.has(node) ? undefined : this.gateway();
  }
  /** Routes may have changed: every node looks, and sends again what nobody has taken. */
  changed(): void {
    for (const mesh of this.nodes.values()) {
      mesh.routeTo(this.gatewayOf(mesh.self));
      mesh.resend();
      this.spread(mesh);
    }
  }
  /** What a node claims, told to all that can be reached. */
  spread(from: NetMesh): void {
    if (this.cut.has(from.self)) return;
    for (const mesh of this.nodes.values()) if (mesh !== from && !this.cut.has(mesh.self)) mesh.hear(from.self, from.claims);
  }
}

export class NetMesh extends FakeMesh implements Mesh {
  readonly #net: FakeNet;
  readonly #unsettled = new Map<string, Submission>();
  readonly #heard = new Map<NodeId, readonly DeviceClaim[]>();

  constructor(net: FakeNet, self: NodeId, incarnation: number) {
    super(self, incarnation);
    this.#net = net;
  }

  override topology(): Topology {
    return { ...this.view, gateway: this.#net.gatewayOf(this.self) };
  }
  override setClaims(claims: readonly DeviceClaim[]): void {
    super.setClaims(claims);
    setImmediate(() => this.#net.spread(this));
  }
  hear(node: NodeId, claims: readonly DeviceClaim[]): void {
    const before = this.#heard.get(node) ?? [];
    this.#heard.set(node, claims);
    const changed = [...before, ...claims].filter(
      ({ device, counter }) => ![before, claims].every((l) => l.some((c) => c.device === device && c.counter === counter)),
    );
    if (changed.length > 0) this.emit({ type: 'claims', devices: [...new Set(changed.map(({ device }) => device))] });
  }
  override holder(device: DeviceHash): DeviceHolder | undefined {
    let best = super.holder(device);
    for (const [node, claims] of this.#heard)
      for (const { device: of, counter } of claims)
        if (of === device && (!best || counter > best.counter || (counter === best.counter && node > best.node))) best = { node, counter };
    return best;
  }
  override submit(submission: Submission): void {
    super.submit(submission);
    this.#unsettled.set(key(this.runOf(submission)), submission);
    setImmediate(() => this.#carry(submission));
  }
  override delivered(runs: readonly EntryRun[]): void {
    super.delivered(runs);
    for (const run of runs) setImmediate(() => this.#net.nodes.get(run.origin)?.settled(run, this.self));
  }
  override offerGateway(offer: { backendMs: number; load: number } | undefined): void {
    super.offerGateway(offer);
    setImmediate(() => this.#net.changed());
  }
  resend(): void {
    for (const submission of this.#unsettled.values()) this.#carry(submission);
  }
  settled(run: EntryRun, by: NodeId): void {
    for (let i = 0; i < run.count; i++) this.#unsettled.delete(key({ ...run, first: run.first + i }));
    this.emit({ type: 'released', runs: [run], by, rttMs: 1 } satisfies MeshOutput);
  }

  #carry(submission: Submission): void {
    const to = submission.stream === 'backend' ? this.#net.gateway() : submission.stream;
    const mesh = to && this.#net.nodes.get(to);
    if (!mesh || (to !== this.self && (this.#net.cut.has(to) || this.#net.cut.has(this.self)))) return;
    const { incarnation, stream, class: cls, sequence, traffic, ageMs, lifetimeMs, body } = submission;
    const id = { origin: this.self, incarnation: Incarnation(incarnation), stream, class: cls, sequence };
    const entry: DeliveredEntry = { id, traffic, ageMs, lifetimeMs, body, late: false };
    mesh.deliver([entry], this.self);
  }
}

const key = (run: EntryRun): string => `${run.stream}/${run.class}/${run.incarnation}/${run.first}`;

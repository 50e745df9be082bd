import {
  type DeliveredEntry,
  type DeviceClaim,
  type DeviceHash,
  type DeviceHolder,
  type EntryRun,
  type Floor,
  Incarnation,
  NodeId,
  type Stream,
  type Submission,
  type Topology,
  type TrafficClass,
} from '@energymesh/protocol';
import type { Mesh, MeshOutput } from '../../ports.ts';

/** Records what the relay asks of the mesh; the test plays the mesh's part. */
export class FakeMesh implements Mesh {
  readonly self: NodeId;
  readonly incarnation: Incarnation;
  readonly submitted: Submission[] = [];
  readonly floors: { stream: Stream; class: TrafficClass; floor: Floor }[] = [];
  readonly deliveredRuns: EntryRun[] = [];
  readonly undeliveredRuns: { runs: readonly EntryRun[]; reason: string }[] = [];
  readonly offers: ({ backendMs: number; load: number } | undefined)[] = [];
  readonly documents: Uint8Array[] = [];
  devices = 0;
  claims: readonly DeviceClaim[] = [];
  /** What other nodes claim. */
  readonly foreign = new Map<DeviceHash, DeviceHolder>();
  /** Entries that each (stream, class) may still hold. */
  roomLeft = Number.POSITIVE_INFINITY;
  view: Topology;
  readonly #handlers = new Set<(output: MeshOutput) => void>();

  constructor(self = NodeId('00000000000000aa'), incarnation = 1) {
    this.self = self;
    this.incarnation = Incarnation(incarnation);
    this.view = { nodes: [], edges: [], gateway: undefined, path: [] };
  }

  submit(submission: Submission): void {
    this.roomLeft--;
    this.submitted.push(submission);
  }
  room(_stream?: Stream, _cls?: TrafficClass): number {
    return this.roomLeft;
  }
  floor(stream: Stream, cls: TrafficClass, floor: Floor): void {
    this.floors.push({ stream, class: cls, floor });
  }
  delivered(runs: readonly EntryRun[]): void {
    this.deliveredRuns.push(...runs);
  }
  undelivered(runs: readonly EntryRun[], reason: string): void {
    this.undeliveredRuns.push({ runs, reason });
  }
  offerGateway(offer: { backendMs: number; load: number } | undefined): void {
    this.offers.push(offer);
  }
  setDevices(count: number): void {
    this.devices = count;
  }
  setClaims(claims: readonly DeviceClaim[]): void {
    this.claims = claims;
  }
  holder(device: DeviceHash): DeviceHolder | undefined {
    const other = this.foreign.get(device);
    const own = this.claims.find((claim) => claim.device === device);
    return own && (!other || own.counter > other.counter) ? { node: this.self, counter: own.counter } : other;
  }
  /** Another node claims it, or nobody else does any more. */
  claimedBy(device: DeviceHash, holder: DeviceHolder | undefined): void {
    if (holder) this.foreign.set(device, holder);
    else this.foreign.delete(device);
    this.emit({ type: 'claims', devices: [device] });
  }
  injectCommunityDocument(document: Uint8Array): void {
    this.documents.push(document);
  }
  neighbours(): [] {
    return [];
  }
  topology(): Topology {
    return this.view;
  }
  counters(): Record<string, number> {
    return {};
  }
  subscribe(handler: (output: MeshOutput) => void): () => void {
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
  }

  emit(output: MeshOutput): void {
    for (const handler of this.#handlers) handler(output);
  }
  runOf(submission: Submission): EntryRun {
    const { incarnation, stream, class: cls, sequence } = submission;
    return { origin: this.self, incarnation, stream, class: cls, first: sequence, count: 1 };
  }
  /** The far end acknowledged it. */
  release(submission: Submission, rttMs = 5): MeshOutput & { type: 'released' } {
    this.roomLeft++;
    const output = { type: 'released' as const, runs: [this.runOf(submission)], by: this.self, rttMs };
    this.emit(output);
    return output;
  }
  expire(submission: Submission): MeshOutput & { type: 'expired' } {
    this.roomLeft++;
    const output = { type: 'expired' as const, runs: [this.runOf(submission)] };
    this.emit(output);
    return output;
  }
  deliver(entries: readonly DeliveredEntry[], from = NodeId('00000000000000bb')): void {
    this.emit({ type: 'deliver', from, entries });
  }
  last(stream: Stream, cls: TrafficClass): Floor | undefined {
    return this.floors.findLast((f) => f.stream === stream && f.class === cls)?.floor;
  }
  routeTo(gateway: NodeId | undefined, incarnation = 1): void {
    const nodes = gateway
      ? [
          {
            node: gateway,
            name: 'g',
            self: gateway === this.self,
            gateway: undefined,
            devices: 0,
            position: undefined,
            reachable: true,
            hops: 1,
            costMs: 1,
            nextHop: undefined,
            incarnation: Incarnation(incarnation),
          },
        ]
      : [];
    this.view = { nodes, edges: [], gateway, path: [] };
    this.emit({ type: 'event', event: { kind: 'route-changed', gateway, nextHop: undefined } });
  }
}

import type { DeviceHash, Incarnation, NodeId } from '../ids.ts';
import type { GatewayOffer } from '../io.ts';
import type { Core } from '../neighbour/core.ts';
import type { Surroundings } from '../parts.ts';
import { Others } from '../routing/others.ts';
import type { Routes } from '../routing/routes.ts';
import type { OwnState } from '../routing/topology.ts';
import { Millis, never } from '../units.ts';
import type { DeviceClaim } from '../wire/claims.ts';
import type { RecordScan } from '../wire/index.ts';
import { signedBytes } from '../wire/index.ts';
import type { Digest, FloodRecord, Hello, LinkState, Request, Summary } from '../wire/messages.ts';
import { recordType } from '../wire/messages.ts';
import { Advertisement } from './advertisement.ts';
import { Claims, type DeviceHolder } from './claims.ts';
import { Database } from './database.ts';
import { Flooding } from './flooding.ts';
import { OwnClaims } from './own-claims.ts';
import { Sync } from './sync.ts';

export interface LinkStatePlaneOptions {
  readonly surroundings: Surroundings;
  readonly certificate: Uint8Array;
  readonly routes: Routes;
  /** Hands a frame to a neighbour's urgent connection. */
  readonly send: (node: NodeId, frame: Uint8Array) => boolean;
  /** Links that count, with this end's cost. */
  readonly neighbours: () => { readonly node: NodeId; readonly ownCost: number }[];
  readonly core: Core;
  /** Whether both ends of a link count it to their core. */
  readonly floods: (now: Millis, node: NodeId) => boolean;
  readonly isLinked: (node: NodeId) => boolean;
  readonly count: (name: string) => void;
  readonly onTopology: (now: Millis) => void;
}

const sweepMs = 60_000;

/** Link state as a whole: own advertisement, database, flooding, synchronisation. docs/protocol.md §5 */
export class LinkStatePlane {
  readonly #o: LinkStatePlaneOptions;
  readonly #s: Surroundings;
  readonly database: Database;
  readonly #flooding: Flooding;
  readonly #sync: Sync;
  readonly #own: Advertisement;
  readonly #claims: Claims;
  readonly #ownClaims: OwnClaims;
  #claimsSequence = 0;
  #sweepAt: Millis = never;
  /** Set while a links record is taken: whether it tells of a lost link. */
  #loses = false;
  /** Ever, in this life. */
  #linked = false;

  constructor(options: LinkStatePlaneOptions) {
    this.#o = options;
    const s = options.surroundings;
    this.#s = s;
    this.#claims = new Claims(options.count);
    this.database = new Database({
      self: s.self,
      incarnation: s.incarnation,
      crypto: s.ports.crypto,
      expiryMs: s.config.expiryMs,
      recordsMax: s.config.recordsMax,
      count: options.count,
      onLinks: (now, origin, incarnation, state) => this.#linksTaken(now, origin, incarnation, state),
      onForgotten: (now, origin) => {
        options.routes.forget(now, origin);
        this.#own.edgeWent(now);
        options.onTopology(now);
      },
      onClaims: (_now, origin, claims) => this.#claimed(origin, claims),
      onDocument: (document, number) => s.emit({ type: 'communityDocument', document, number }),
      onClash: (node) => s.emit({ type: 'event', event: { kind: 'id-clash', node } }),
      onBehind: (seen) => s.emit({ type: 'incarnationBehind', seen }),
    });
    this.#flooding = new Flooding({
      coalesceMs: s.config.floodCoalesceMs,
      bulkRecords: s.config.floodBulkRecords,
      bulkFactor: s.config.floodBulkFactor,
      hurriesMax: s.config.floodHurriesMax,
      isCore: options.floods,
      send: options.send,
    });
    this.#sync = new Sync({ self: s.self, database: this.database, flooding: this.#flooding, send: options.send });
    const others = new Others(options.routes.graph);
    this.#own = new Advertisement({
      self: s.self,
      incarnation: s.incarnation,
      crypto: s.ports.crypto,
      random: s.ports.random,
      certificate: options.certificate,
      config: s.config,
      neighbours: options.neighbours,
      othersLead: (from, to) => others.lead(from, to),
      publish: (now, record, hurry) => this.#publish(now, record, hurry),
    });
    this.#ownClaims = new OwnClaims({
      random: s.ports.random,
      backoffMsMin: s.config.advertiseBackoffMsMin,
      backoffMsMax: s.config.advertiseBackoffMsMax,
      refreshMs: s.config.refreshMs,
      publish: (now, body) => this.#publishClaims(now, body),
    });
  }

  start(now: Millis): void {
    this.#own.start(now);
    this.#sweepAt = Millis(now + sweepMs);
  }

  /** What this node says of itself, beside its links. */
  get self(): OwnState {
    return this.#own.state;
  }

  // ---- Links

  linkUp(now: Millis, node: NodeId): void {
    this.#linked = true;
    this.#o.core.changed();
    this.#flooding.addLink(node);
    this.#sync.addLink(now, node);
  }

  /** `spare`: given up because there are others; that is no news to hurry with. */
  linkDown(now: Millis, node: NodeId, spare: boolean): void {
    this.#o.core.changed();
    this.#flooding.removeLink(node);
    this.#sync.removeLink(node);
    this.#own.lost(now, node, spare);
    this.#own.edgeWent(now);
  }

  /** A link counts now, or costs something else. `bridge`: it leads where no path led. */
  linkCost(now: Millis, bridge: boolean): void {
    this.#o.core.changed();
    this.#own.gained(now, bridge);
  }

  /** The first hello of a connection. Before this node ever had a link, nobody can know an incarnation that is really new. */
  firstHello(hello: Hello): void {
    if (hello.yourIncarnation > this.#s.incarnation || (!this.#linked && hello.yourIncarnation === this.#s.incarnation))
      this.database.behind(hello.yourIncarnation);
  }

  /** False when nothing came of it. */
  hello(now: Millis, node: NodeId, hello: Hello): boolean {
    return this.#sync.hello(now, node, hello.database, hello.community);
  }

  // ---- Own state

  certificate(now: Millis, certificate: Uint8Array): void {
    this.#own.certificate(now, certificate);
  }
  gateway(now: Millis, offer: GatewayOffer | undefined): void {
    this.#own.gateway(now, offer);
  }
  position(now: Millis, position: LinkState['position']): void {
    this.#own.position(now, position);
  }
  devices(now: Millis, count: number): void {
    this.#own.devices(now, count);
  }

  /** All that this node claims from now on, sorted by hash. */
  claims(now: Millis, claims: readonly DeviceClaim[]): void {
    this.#claimed(this.#s.self, claims);
    this.#ownClaims.set(now, claims);
  }

  holder(device: DeviceHash): DeviceHolder | undefined {
    return this.#claims.holder(device);
  }

  #claimed(node: NodeId, claims: readonly DeviceClaim[]): void {
    const devices = this.#claims.set(node, claims);
    if (devices.length > 0) this.#s.emit({ type: 'claims', devices });
  }

  #publishClaims(now: Millis, body: Uint8Array): void {
    const { self: origin, incarnation, ports } = this.#s;
    const unsigned = { type: recordType.devices, origin, incarnation, sequence: ++this.#claimsSequence, ageSeconds: 0, body };
    this.#flooding.spread(now, this.database.putOwn(now, { ...unsigned, signature: ports.crypto.sign(signedBytes(unsigned)) }), undefined, false);
  }

  #publish(now: Millis, record: FloodRecord, hurry: boolean): void {
    this.#flooding.spread(now, this.database.putOwn(now, record), undefined, hurry);
    this.#o.onTopology(now);
  }

  community(now: Millis, document: Uint8Array): void {
    const entry = this.database.putDocument(now, document);
    if (entry) this.#flooding.spread(now, entry, undefined, true);
  }

  revoke(now: Millis, nodes: readonly NodeId[]): void {
    this.database.revoke(now, nodes);
  }

  // ---- Frames

  records(now: Millis, from: NodeId, records: RecordScan): void {
    while (records.next()) {
      const same = this.database.same(records);
      if (same) this.#flooding.has(from, same);
      else this.#record(now, records.record(), from);
    }
  }

  #record(now: Millis, record: FloodRecord, from: NodeId): void {
    this.#loses = false;
    const verdict = this.database.accept(now, record, from);
    switch (verdict.at) {
      case 'taken':
        this.#sync.moved(now);
        this.#flooding.spread(now, verdict.entry, from, this.#loses || record.type === recordType.community);
        if (record.type === recordType.identity) for (const w of this.database.released(record.origin)) this.#record(now, w.record, w.from);
        return;
      case 'same':
        this.#flooding.has(from, verdict.entry);
        return;
      case 'older':
        this.#flooding.tell(now, from, verdict.entry);
        return;
      default:
        return;
    }
  }

  digest(now: Millis, from: NodeId, digest: Digest): void {
    this.#sync.digest(now, from, digest);
  }
  summary(now: Millis, from: NodeId, summary: Summary): void {
    this.#sync.summary(now, from, summary);
  }
  request(now: Millis, from: NodeId, request: Request): void {
    this.#sync.request(now, from, request);
  }

  #linksTaken(now: Millis, origin: NodeId, incarnation: Incarnation, state: LinkState): void {
    const { agreementKey, gateway, devices, position } = state;
    this.#loses = this.#o.routes.claims(now, origin, state.neighbours, { incarnation, agreementKey, gateway, devices, position });
    if (this.#o.isLinked(origin)) this.#o.core.changed();
    if (this.#loses) this.#own.edgeWent(now);
    this.#o.onTopology(now);
  }

  get wakeAt(): Millis {
    return Millis(Math.min(this.#flooding.wakeAt, this.#sync.wakeAt, this.#own.wakeAt, this.#ownClaims.wakeAt, this.#sweepAt));
  }

  wake(now: Millis): void {
    this.#own.wake(now);
    this.#ownClaims.wake(now);
    if (now >= this.#sweepAt) {
      this.#sweepAt = Millis(now + sweepMs);
      this.database.expire(now);
    }
    this.#sync.wake(now);
    this.#flooding.wake(now);
  }
}

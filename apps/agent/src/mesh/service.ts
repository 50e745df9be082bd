import type {
  Candidate,
  DeviceClaim,
  DeviceHash,
  DeviceHolder,
  EntryRun,
  Floor,
  Incarnation,
  MeshNodeApi,
  MeshNodeOptions,
  NeighbourView,
  NodeId,
  Output,
  ProtocolConfig,
  Random,
  ReceiptPort,
  Stream,
  Submission,
  Topology,
  TrafficClass,
} from '@energymesh/protocol';
import { Millis } from '@energymesh/protocol';
import type { Logger } from 'pino';
import type { Clock, LinkPlace, LinkPlaces, Mesh, MeshOutput, NodeKeys } from '../ports.ts';
import { Beacons } from './beacons.ts';
import { rawDeflate } from './compression.ts';
import { Counts } from './counts.ts';
import { Dialler } from './dialler.ts';
import { dictionary } from './dictionary.ts';
import { Driver } from './driver.ts';
import { Links, plainAddress } from './links.ts';
import { LinkListener, type ListenerLimits } from './listener.ts';
import { Outbox } from './outbox.ts';
import type { MeshIdentity } from './ports.ts';
import { type Interfaces, isFallback, type SegmentConfig, segmentName } from './segments.ts';
import { hasAes, type Peer } from './tls.ts';

/** How long the goodbyes may take to leave when the agent stops. */
const graceMs = 500;
/** A direct way to a node that is linked over several hops is tried so often at most. */
const betterEveryMs = 60_000;

export interface MeshOptions {
  readonly identity: MeshIdentity;
  readonly config: ProtocolConfig;
  readonly segments: readonly SegmentConfig[];
  /** With fewer links than this over other segments, fallback segments are used. */
  readonly fallbackBelow?: number;
  /** Where links are taken: an address of this machine or `*`; port 0 is any free one. */
  readonly listen: { readonly host: string; readonly port: number };
  readonly clock: Clock;
  /** Whether the wall clock may be believed. */
  readonly clockTrusted: () => boolean;
  readonly random: Random;
  readonly logger: Logger;
  readonly createNode: (options: MeshNodeOptions) => MeshNodeApi;
  /** The network knew this node by a higher incarnation. The counter is raised, durably; the agent has to open identity, spool and mesh anew. */
  readonly onIncarnationBehind: (seen: Incarnation) => void;
  /** Left out: receipts are neither asked for nor given. */
  readonly receipts?: ReceiptPort;
  readonly limits?: ListenerLimits;
  readonly interfaces?: () => Interfaces;
}

/** The mesh of this node: the protocol, driven over TLS links that beacons find. */
export class MeshService implements Mesh, LinkPlaces, NodeKeys, AsyncDisposable {
  readonly self: NodeId;
  readonly incarnation: Incarnation;
  readonly #o: MeshOptions;
  readonly #counts: Counts;
  readonly #outbox = new Outbox();
  readonly #node: MeshNodeApi;
  readonly #driver: Driver;
  readonly #links: Links;
  readonly #dialler: Dialler;
  readonly #listener: LinkListener;
  readonly #beacons: Beacons;
  readonly #segments: ReadonlyMap<string, SegmentConfig>;
  readonly #betterTriedAt = new Map<NodeId, number>();
  #certificate: Uint8Array;
  #unsubscribe: () => void = () => {};

  /** Rejects when the port cannot be listened on. A segment that is not there now is joined when it comes. */
  static async open(options: MeshOptions, signal: AbortSignal): Promise<MeshService> {
    const aes = hasAes();
    const { promise: ready, resolve } = Promise.withResolvers<MeshService>();
    const counts = new Counts();
    const listener = await LinkListener.open(
      {
        ...options.listen,
        identity: options.identity,
        clock: options.clock,
        aes,
        ...(options.limits ? { limits: options.limits } : {}),
        onPeer: (peer) => void ready.then((mesh) => mesh.#accepted(peer)),
        onRefused: (reason, address) => {
          counts.add(`link-refused-${reason}`);
          options.logger.debug({ reason, address }, 'link refused');
        },
      },
      signal,
    );
    const mesh = new MeshService(options, listener, counts, aes);
    resolve(mesh);
    await mesh.#start(signal);
    return mesh;
  }

  private constructor(options: MeshOptions, listener: LinkListener, counts: Counts, aes: boolean) {
    const { identity, clock, clockTrusted, config, random } = options;
    this.#o = options;
    this.#counts = counts;
    this.#listener = listener;
    this.self = identity.node;
    this.incarnation = identity.incarnation;
    this.#segments = new Map(options.segments.map((segment) => [segmentName(segment), segment]));
    this.#certificate = identity.certificate();
    this.#node = options.createNode({
      node: identity.node,
      incarnation: identity.incarnation,
      certificate: this.#certificate,
      name: identity.name,
      config,
      ports: {
        crypto: identity.crypto,
        random,
        compression: rawDeflate(dictionary),
        wall: () => ({ seconds: clock.wall() / 1000, trusted: clockTrusted() }),
        ...(options.receipts && { receipts: options.receipts }),
      },
      now: Millis(clock.monotonic()),
    });
    this.#beacons = this.#beaconsOf();
    this.#driver = new Driver({ node: this.#node, clock, perform: (output) => this.#perform(output) });
    const count = (name: string) => counts.add(name);
    this.#links = new Links({ identity, clock, count, input: (input) => this.#driver.input(input) });
    this.#dialler = new Dialler({
      identity,
      aes,
      clock,
      target: (key) => this.#beacons.target(key),
      onPeer: (peer, candidate, segment) => {
        this.#beacons.remember(candidate, peer.node);
        // One hop and proved: the way over several hops makes room for it.
        if (!this.#isFallback(segment)) this.#links.drop(peer.node, (other) => this.#isFallback(other), 'better-way');
        this.#links.add(peer, { candidate, segment });
      },
      isOpen: (peer) => this.#links.isOpen(peer),
      abandon: (peer) => this.#links.abandon(peer),
      onFailed: (key, reason) => {
        counts.add(`dial-failed-${reason}`);
        this.#driver.input({ type: 'dialFailed', key, reason });
      },
    });
  }

  #beaconsOf(): Beacons {
    const { identity, segments, clock, random, logger, interfaces, fallbackBelow = 0 } = this.#o;
    return new Beacons({
      segments,
      port: this.port,
      incarnation: this.incarnation,
      keys: () => identity.beaconKeys(),
      lonely: () => this.#node.neighbours().length === 0,
      ...(segments.some(isFallback) && { short: () => this.#node.neighbours().filter(({ segment }) => !this.#isFallback(segment)).length < fallbackBelow }),
      clock,
      random,
      logger,
      ...(interfaces ? { interfaces } : {}),
      onCandidate: (candidate) => {
        this.#driver.input({ type: 'candidate', candidate });
        this.#tryBetter(candidate);
      },
      onLost: (key) => this.#driver.input({ type: 'candidateLost', key }),
      count: (name) => this.#counts.add(name),
    });
  }

  #isFallback(name: string): boolean {
    const segment = this.#segments.get(name);
    return segment !== undefined && isFallback(segment);
  }

  /** The protocol does not dial a node that it has a link with; whether that link takes several hops is known here. */
  #tryBetter({ key, segment, node }: Candidate): void {
    if (node === undefined || this.#isFallback(segment)) return;
    const link = this.#node.neighbours().find((neighbour) => neighbour.node === node);
    if (!link || !this.#isFallback(link.segment)) return;
    const now = this.#o.clock.monotonic();
    if (now - (this.#betterTriedAt.get(node) ?? Number.NEGATIVE_INFINITY) < betterEveryMs) return;
    // As many as there are links; what is older than the pause says nothing any more.
    for (const [other, at] of this.#betterTriedAt) if (now - at >= betterEveryMs) this.#betterTriedAt.delete(other);
    this.#betterTriedAt.set(node, now);
    this.#counts.add('dial-better-way');
    this.#dialler.dial(key);
  }

  /** TCP port on which links are taken. */
  get port(): number {
    return this.#listener.port;
  }

  /** Segments by name, and whether they are joined now. */
  segments(): readonly { readonly name: string; readonly joined: boolean }[] {
    return this.#beacons.segments();
  }

  submit(submission: Submission): void {
    this.#driver.input({ type: 'submit', submission });
  }
  room(stream: Stream, cls: TrafficClass): number {
    return this.#node.room(stream, cls);
  }
  floor(stream: Stream, cls: TrafficClass, floor: Floor): void {
    this.#driver.input({ type: 'floor', stream, class: cls, floor });
  }
  delivered(runs: readonly EntryRun[]): void {
    this.#driver.input({ type: 'delivered', runs });
  }
  undelivered(runs: readonly EntryRun[], reason: string): void {
    this.#driver.input({ type: 'undelivered', runs, reason });
  }
  offerGateway(offer: { backendMs: number; load: number } | undefined): void {
    this.#driver.input({ type: 'gateway', offer });
  }
  setDevices(count: number): void {
    this.#driver.input({ type: 'devices', count });
  }
  setClaims(claims: readonly DeviceClaim[]): void {
    this.#driver.input({ type: 'claims', claims });
  }
  holder(device: DeviceHash): DeviceHolder | undefined {
    return this.#node.holder(device);
  }
  publicKey(node: NodeId): Uint8Array | undefined {
    return this.#node.publicKey(node);
  }
  setPosition(position: { readonly lat: number; readonly lon: number } | undefined): void {
    this.#driver.input({ type: 'position', position });
  }
  injectCommunityDocument(document: Uint8Array): void {
    this.#driver.input({ type: 'community', document });
  }
  neighbours(): readonly NeighbourView[] {
    return this.#node.neighbours();
  }
  topology(): Topology {
    return this.#node.topology();
  }
  /** The protocol's, and `link-refused-<reason>`, `dial-failed-<reason>`, `beacon-<what>`, `link-slow-reader`. */
  counters(): Readonly<Record<string, number>> {
    return { ...this.#node.counters(), ...this.#counts.all() };
  }
  /** Of a neighbour: where its link runs. */
  place(node: NodeId): LinkPlace | undefined {
    const neighbour = this.#node.neighbours().find((one) => one.node === node);
    const address = neighbour && this.#links.addressOf(node);
    if (!neighbour || address === undefined) return undefined;
    const segment = this.#segments.get(neighbour.segment);
    const [, zone] = address.split('%');
    const on = zone ?? (segment?.type === 'interface' ? segment.name : segment?.interface);
    return { address, ...(on !== undefined && { interface: on }), multiHop: segment !== undefined && isFallback(segment) };
  }
  setBandwidth(node: NodeId, kbps: number | undefined): void {
    this.#driver.input({ type: 'bandwidth', link: node, kbps });
  }
  subscribe(handler: (output: MeshOutput) => void): () => void {
    return this.#outbox.subscribe(handler);
  }

  /** Says goodbye, then closes everything. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#unsubscribe();
    await this.#beacons[Symbol.asyncDispose]();
    this.#dialler.close();
    this.#driver.input({ type: 'stop' });
    this.#driver.stop();
    await this.#links.closeAll(graceMs);
    await this.#listener[Symbol.asyncDispose]();
  }

  async #start(signal: AbortSignal): Promise<void> {
    this.#unsubscribe = this.#o.identity.onChange(() => this.#identityChanged());
    this.#tellCommunity();
    try {
      await this.#beacons.open(signal);
    } catch (error) {
      await this[Symbol.asyncDispose]();
      throw error;
    }
  }

  #accepted(peer: Peer): void {
    const address = plainAddress(peer.socket.remoteAddress ?? '');
    this.#links.add(peer, { segment: this.#beacons.segmentOf(address, peer.node) ?? '' });
  }

  #perform(output: Output): void {
    switch (output.type) {
      case 'send':
        return this.#links.send(output.conn, output.bytes);
      case 'close':
        return this.#links.close(output.conn);
      case 'dial':
        return this.#dialler.dial(output.key);
      case 'beacon':
        return this.#beacons.beacon();
      case 'incarnationBehind':
        this.#o.identity.raiseIncarnation(output.seen);
        return this.#o.onIncarnationBehind(output.seen);
      default:
        return this.#outbox.put(output);
    }
  }

  #identityChanged(): void {
    const certificate = this.#o.identity.certificate();
    if (Buffer.compare(certificate, this.#certificate) !== 0) {
      this.#certificate = certificate;
      this.#listener.renew();
      this.#driver.input({ type: 'certificate', certificate });
    }
    this.#tellCommunity();
    this.#links.judgeAgain();
  }

  #tellCommunity(): void {
    const { identity } = this.#o;
    const document = identity.communityDocument();
    if (document) this.#driver.input({ type: 'community', document });
    const nodes = identity.revokedNodes();
    if (nodes.length > 0) this.#driver.input({ type: 'revoked', nodes });
  }
}

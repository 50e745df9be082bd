import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import {
  type Beacon,
  beaconMacInput,
  type Candidate,
  decodeBeacon,
  encodeBeacon,
  type Incarnation,
  isWireError,
  type NodeId,
  type Random,
} from '@energymesh/protocol';
import type { Logger } from 'pino';
import type { Clock } from '../ports.ts';
import { SegmentSocket } from './segment-socket.ts';
import { type Interfaces, isFallback, resolveSegment, type SegmentAddress, type SegmentConfig, sameAddress, segmentName } from './segments.ts';
import { Shortage } from './shortage.ts';

/** docs/protocol.md §11.1 */
const beaconEveryMs = 30_000;
const jitterShare = 0.2;
const missedMax = 3;
const lostAfterMs = missedMax * beaconEveryMs * (1 + jitterShare);
/** At most one beacon per segment in this time; what is wanted sooner waits for it. */
const beaconGapMs = 1_000;
/** Interfaces come and go without a restart. */
const interfacesEveryMs = 3_000;
/** A node that was away for longer than former keys are believed knows no key that counts: after this time without a link it tries a stranger now and then. */
const lonelyAfterMs = 300_000;
const strangerEveryMs = 60_000;
/** Further ones are not taken until others are lost: who sends valid beacons is a member. */
export const candidatesMax = 512;
/** Remembered nonces, own ones too; at the bound the oldest goes, and its beacon could be replayed to prolong a candidate. */
export const noncesMax = 4_096;

export interface BeaconsOptions {
  readonly segments: readonly SegmentConfig[];
  /** TCP port on which this node takes links. */
  readonly port: number;
  readonly incarnation: Incarnation;
  /** The key of own beacons, then former ones whose beacons are believed. */
  readonly keys: () => readonly Uint8Array[];
  /** No link to anybody. */
  readonly lonely: () => boolean;
  /** Whether this node has too few links but for those over fallback segments; undefined where there are none of these. */
  readonly short?: () => boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly interfaces?: () => Interfaces;
  /** With every beacon heard. */
  readonly onCandidate: (candidate: Candidate) => void;
  readonly onLost: (key: string) => void;
  readonly count: (name: string) => void;
}

interface Segment {
  readonly name: string;
  readonly config: SegmentConfig;
  address: SegmentAddress | undefined;
  socket: SegmentSocket | undefined;
  opening: boolean;
  sentAt: number;
  cancel: () => void;
}

interface Heard {
  readonly segment: Segment;
  readonly host: string;
  readonly port: number;
  incarnation: Incarnation;
  heardAt: number;
  node: NodeId | undefined;
}

/** Finds neighbours: says on every segment that this node is here, and hears who else is. Identity is shown inside TLS only. docs/protocol.md §11.1 */
export class Beacons implements AsyncDisposable {
  readonly #o: BeaconsOptions;
  readonly #interfaces: () => Interfaces;
  readonly #segments: readonly Segment[];
  readonly #heard = new Map<string, Heard>();
  readonly #nonces = new Set<string>();
  #cancelCheck: () => void = () => {};
  /** When there was a link, or the start; when a stranger was last tried. */
  #metAt: number;
  #strangerAt = Number.NEGATIVE_INFINITY;
  readonly #shortage = new Shortage();
  #closed = false;

  constructor(options: BeaconsOptions) {
    this.#o = options;
    this.#interfaces = options.interfaces ?? networkInterfaces;
    this.#metAt = options.clock.monotonic();
    const never = Number.NEGATIVE_INFINITY;
    const idle = { address: undefined, socket: undefined, opening: false, sentAt: never, cancel: () => {} };
    this.#segments = options.segments.map((config) => ({ name: segmentName(config), config, ...idle }));
  }

  /** Resolves when every segment that exists now is joined and has sent its first beacon. A segment that cannot be joined is tried again. */
  async open(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    await this.#check();
  }

  /** On every segment, at once or as soon as the gap allows. */
  beacon(): void {
    for (const segment of this.#segments) this.#soon(segment);
  }

  /** Where to dial. */
  target(key: string): { readonly host: string; readonly port: number; readonly segment: string } | undefined {
    const heard = this.#heard.get(key);
    return heard && { host: heard.host, port: heard.port, segment: heard.segment.name };
  }

  /** A handshake showed who is there. */
  remember(key: string, node: NodeId): void {
    const heard = this.#heard.get(key);
    if (heard) heard.node = node;
  }

  /** On which segment a connection from there came, as far as can be told: several may reach the same address. */
  segmentOf(address: string, node: NodeId): string | undefined {
    for (const heard of this.#heard.values()) if (heard.node === node && heard.host === address) return heard.segment.name;
    return this.#segments.find((segment) => segment.address?.accepts(address))?.name;
  }

  /** Segments by name, and whether they are joined now. */
  segments(): readonly { readonly name: string; readonly joined: boolean }[] {
    return this.#segments.map(({ name, socket }) => ({ name, joined: socket !== undefined }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#cancelCheck();
    for (const segment of this.#segments) this.#leave(segment);
  }

  /** Joins what came, leaves what went or changed its address, forgets who is silent. */
  async #check(): Promise<void> {
    this.#cancelCheck = this.#o.clock.after(interfacesEveryMs, () => void this.#check());
    const now = this.#o.clock.monotonic();
    if (!this.#o.lonely()) this.#metAt = now;
    for (const [key, heard] of this.#heard) if (now - heard.heardAt > lostAfterMs) this.#lose(key);
    if (this.#shortage.look(now, this.#o.short?.() ?? false)) for (const segment of this.#segments) if (isFallback(segment.config)) this.#soon(segment);
    const interfaces = this.#interfaces();
    await Promise.all(this.#segments.map((segment) => this.#join(segment, resolveSegment(segment.config, interfaces))));
  }

  async #join(segment: Segment, address: SegmentAddress | undefined): Promise<void> {
    if (segment.opening) return;
    if (segment.address && address && sameAddress(segment.address, address)) return segment.socket?.refresh();
    if (segment.address) this.#leave(segment);
    if (!address) return;
    segment.opening = true;
    try {
      const onDatagram = (bytes: Uint8Array, from: string) => this.#hear(segment, bytes, from);
      const socket = await SegmentSocket.open({ address, onDatagram, onBroken: (error) => this.#broken(segment, error) });
      if (this.#closed) return void socket.close();
      segment.socket = socket;
      segment.address = address;
      this.#o.logger.info({ segment: segment.name, address: address.membership?.local ?? address.bound }, 'segment joined');
      this.#send(segment);
    } catch (error) {
      this.#broken(segment, error as Error);
    } finally {
      segment.opening = false;
    }
  }

  #broken(segment: Segment, error: Error): void {
    this.#o.count('segment-broken');
    this.#o.logger.warn({ segment: segment.name, error: error.message }, 'segment cannot be used, trying again');
    this.#leave(segment);
  }

  #leave(segment: Segment): void {
    segment.cancel();
    segment.cancel = () => {};
    segment.socket?.close();
    segment.socket = undefined;
    segment.address = undefined;
    segment.sentAt = Number.NEGATIVE_INFINITY;
    if (!this.#closed) for (const [key, heard] of this.#heard) if (heard.segment === segment) this.#lose(key);
  }

  #lose(key: string): void {
    this.#heard.delete(key);
    this.#o.onLost(key);
  }

  #soon(segment: Segment): void {
    if (!segment.socket || this.#silent(segment)) return;
    const waitMs = segment.sentAt + beaconGapMs - this.#o.clock.monotonic();
    if (waitMs <= 0) return this.#send(segment);
    segment.cancel();
    segment.cancel = this.#o.clock.after(waitMs, () => this.#send(segment));
  }

  #send(segment: Segment): void {
    const { clock, random, port, incarnation, keys } = this.#o;
    segment.cancel();
    if (this.#silent(segment)) return;
    segment.cancel = clock.after(beaconEveryMs * (1 + jitterShare * (2 * random.next() - 1)), () => this.#send(segment));
    segment.sentAt = clock.monotonic();
    const nonce = randomBytes(8);
    this.#isNew(nonce);
    const beacon = { nonce, port, incarnation };
    segment.socket?.send(encodeBeacon({ ...beacon, mac: macOf(beacon, keys()[0]!) }), () => this.#o.count('beacon-unsent'));
  }

  /** A fallback segment's beacons cross the whole radio domain: only who needs more neighbours sends them. Whoever hears one may dial. */
  #silent(segment: Segment): boolean {
    return isFallback(segment.config) && !this.#shortage.lasts;
  }

  #hear(segment: Segment, bytes: Uint8Array, host: string): void {
    const beacon = decodeBeacon(bytes);
    if (isWireError(beacon)) return this.#o.count('beacon-broken');
    const { port, incarnation } = beacon;
    const key = `${segment.name} ${host} ${port}`;
    const believed = this.#o.keys().some((one) => timingSafeEqual(macOf(beacon, one), beacon.mac));
    if (!believed && !this.#tries(key)) return this.#o.count('beacon-foreign');
    if (!this.#isNew(beacon.nonce)) return this.#o.count('beacon-repeated');
    const known = this.#heard.get(key);
    if (!known && this.#heard.size >= candidatesMax) return this.#o.count('beacon-surplus');
    const same = known?.incarnation === incarnation;
    const heard: Heard = { segment, host, port, incarnation, heardAt: this.#o.clock.monotonic(), node: same ? known.node : undefined };
    this.#heard.set(key, heard);
    // Who starts hears of the others at once, and they of it.
    if (!same) this.#soon(segment);
    this.#o.onCandidate({ key, segment: segment.name, ...(heard.node ? { node: heard.node } : {}) });
  }

  /** Whether to dial somebody whose beacon proves nothing: TLS decides who they are. One at a time, and each again only when forgotten. */
  #tries(key: string): boolean {
    const now = this.#o.clock.monotonic();
    if (this.#heard.has(key) || !this.#o.lonely() || now - this.#metAt < lonelyAfterMs || now - this.#strangerAt < strangerEveryMs) return false;
    this.#strangerAt = now;
    this.#o.count('beacon-stranger-tried');
    return true;
  }

  /** False for a nonce seen before: a replay, or an own beacon come back. */
  #isNew(nonce: Uint8Array): boolean {
    const name = Buffer.from(nonce).toString('base64');
    if (this.#nonces.has(name)) return false;
    if (this.#nonces.size >= noncesMax) this.#nonces.delete(this.#nonces.keys().next().value as string);
    this.#nonces.add(name);
    return true;
  }
}

const macOf = (beacon: Omit<Beacon, 'mac'>, key: Uint8Array): Buffer => createHmac('sha256', key).update(beaconMacInput(beacon)).digest().subarray(0, 16);

import { join } from 'node:path';
import {
  type CertificateVerifier,
  type Circumstances,
  type ClockReading,
  type Dates,
  encodeIdentity,
  joinCode,
  type NodeKey,
  nodeKeyToPem,
  openBeaconKey,
  type RefusalReason,
  type RewardTerms,
  type VerifiedDocument,
  verifyCommunityDocument,
} from '@energymesh/identity';
import { type Crypto, type Incarnation, NodeId } from '@energymesh/protocol';
import type { Logger } from 'pino';
import type { Clock, DeviceDirectory } from '../ports.ts';

import type { Admission } from './admission.ts';
import { askIn } from './ask-in.ts';
import { beaconKeysOf, withBeaconKey } from './beacon-keys.ts';
import { meshCrypto } from './crypto.ts';
import { CommunityDevices } from './directory.ts';
import { redeemInvite } from './enrol.ts';
import { type Enrolment, loadEnrolment, storeEnrolment, verifierOf } from './enrolment.ts';
import { privateFolder, readIfThere, writeDurably } from './files.ts';
import { type callHub, HubError, lookAtHub } from './hub-client.ts';
import { type IncarnationCounter, openIncarnation } from './incarnation.ts';
import { openNodeKey } from './keystore.ts';
import { askAsMember } from './member-call.ts';
import { renewOverHub } from './renew.ts';
import { type Renewal, startRenewal } from './renewal.ts';
import { TrustedTime } from './trusted-time.ts';

/** Of one community; the one asked longest ago is forgotten. */
const hubsMax = 4;
/** Somebody waits before a page, which gives up after 10 s. */
const changeMsMax = 8000;

export interface IdentityOptions {
  /** The files lie in its folder `identity`, mode 0700. */
  readonly dataDir: string;
  readonly clock: Clock;
  /** When this program was built, milliseconds since 1970: no true time is before it. */
  readonly buildDate: number;
  readonly logger: Logger;
  readonly random?: () => number;
  /** Replaced in tests. */
  readonly call?: typeof callHub;
}

export type PeerVerdict =
  | { readonly ok: true; readonly node: NodeId; readonly dates: Dates }
  | { readonly ok: false; readonly reason: RefusalReason; readonly detail: string };

/** What the mesh needs of an enrolled node (mesh/ports.ts names the same shape). */
export interface MembershipView {
  readonly node: NodeId;
  readonly name: string;
  readonly incarnation: Incarnation;
  readonly crypto: Crypto;
  /** The key of own beacons, then those that are believed too. */
  beaconKeys(): readonly Uint8Array[];
  certificate(): Uint8Array;
  tls(): { readonly key: string; readonly chain: string };
  /** What devices are shown: P-256, PEM. */
  door(): { readonly key: string; readonly cert: string };
  judge(bundle: Uint8Array): PeerVerdict;
  communityDocument(): Uint8Array | undefined;
  revokedNodes(): readonly NodeId[];
  raiseIncarnation(seen: Incarnation): void;
  onChange(handler: () => void): () => void;
}

/** Reads or makes the node's key and counts its incarnation up, durably, before it returns. Throws errors that name the file. */
export function openIdentity(options: IdentityOptions, signal: AbortSignal): NodeIdentity {
  signal.throwIfAborted();
  const folder = join(options.dataDir, 'identity');
  privateFolder(folder);
  const { key, created } = openNodeKey(folder);
  const incarnation = openIncarnation(folder, !created);
  const time = new TrustedTime({ folder, clock: options.clock, buildDate: options.buildDate });
  time.keep();
  const identity = new NodeIdentity(options, folder, key, incarnation, time, loadEnrolment(folder));
  if (incarnation.unknown) options.logger.warn({ node: key.nodeId }, 'the incarnation counter was lost: starting at 1 until neighbours name a higher one');
  identity.recall();
  return identity;
}

/** Who this node is: key, incarnation, membership, and the newest community document. */
export class NodeIdentity implements AsyncDisposable {
  readonly node: NodeId;
  readonly fingerprint: string;
  readonly incarnation: Incarnation;
  readonly incarnationUnknown: boolean;
  readonly time: TrustedTime;
  readonly #options: IdentityOptions;
  readonly #folder: string;
  readonly #key: NodeKey;
  readonly #counter: IncarnationCounter;
  readonly #devices = new CommunityDevices();
  readonly #handlers = new Set<() => void>();
  readonly #closing = new AbortController();
  #enrolment: Enrolment | undefined;
  #verifier: CertificateVerifier | undefined;
  #document: { readonly bytes: Uint8Array; readonly read: VerifiedDocument } | undefined;
  #renewal: Renewal | undefined;
  /** The community's document is about a beacon key that this node could not read in it: only a hub can tell. */
  #beaconBehind = false;

  constructor(options: IdentityOptions, folder: string, key: NodeKey, counter: IncarnationCounter, time: TrustedTime, enrolment: Enrolment | undefined) {
    this.#options = options;
    this.#folder = folder;
    this.#key = key;
    this.#counter = counter;
    this.time = time;
    this.node = NodeId(key.nodeId);
    this.fingerprint = key.fingerprint;
    this.incarnation = counter.value;
    this.incarnationUnknown = counter.unknown;
    this.#enrolment = enrolment;
    this.#verifier = enrolment && verifierOf(enrolment);
  }

  /** Undefined: not enrolled. */
  get enrolment(): Enrolment | undefined {
    return this.#enrolment;
  }

  /** Ed25519, 32 bytes. */
  get publicKey(): Uint8Array {
    return this.#key.rawPublicKey;
  }

  /** As the newest community document has them; undefined: this community pays nothing. */
  get rewardTerms(): RewardTerms | undefined {
    return this.#document?.read.rewards;
  }

  /** Origin of the community's app; undefined: it has none. */
  get app(): string | undefined {
    return this.#document?.read.app;
  }

  get devices(): DeviceDirectory {
    return this.#devices;
  }

  /** Dates of the own certificate by the trusted clock: a gateway's role, proofs and invites want `fresh`. */
  get dates(): Dates | 'expired' {
    const verdict = this.#ownVerdict(this.time.reading());
    return verdict?.ok ? verdict.dates : 'expired';
  }

  /** Redeems an invite (its line or file text); does nothing when the node is enrolled already. Throws InviteUnreadable, HubError or the signal's reason. */
  async enrol(options: {
    readonly invite: string;
    readonly name: string;
    readonly signal: AbortSignal;
    readonly onRetry?: (error: HubError, afterMs: number) => void;
  }): Promise<void> {
    if (this.#enrolment) return;
    this.#admit(await redeemInvite({ ...options, ...this.#asking(options) }));
  }

  /** As `enrol`, of a node without an invite: resolves when a member has approved it. `pin`: of the root that was met when the community was chosen. */
  async askIn(options: {
    readonly hub: string;
    readonly pin: string;
    readonly community: string;
    readonly name: string;
    readonly signal: AbortSignal;
    readonly onOpen?: () => void;
    readonly onRetry?: (error: HubError, afterMs: number) => void;
  }): Promise<void> {
    if (this.#enrolment) return;
    this.#admit(await askIn({ ...options, ...this.#asking(options) }));
  }

  /** What the operator and the members compare. */
  joinCode(pin: string): string {
    return joinCode(this.#key.rawPublicKey, pin);
  }

  /** Who answers at an address: a community's hub, or a node that made one. Throws HubError. */
  lookAt(hub: string): ReturnType<typeof lookAtHub> {
    return lookAtHub({ hub, clock: this.time.reading(), signal: this.#closing.signal });
  }

  /** A wish that only members have, to the hub. Undefined: this node is none. Throws HubError. */
  async ask(ask: object): Promise<unknown> {
    const { call } = this.#options;
    const { time } = this;
    if (!this.#enrolment) return undefined;
    const how = { key: this.#key, time, signal: this.#closing.signal, ...(call ? { call } : {}) };
    try {
      return await askAsMember({ ask, enrolment: this.#enrolment, ...how });
    } catch (error) {
      const own = this.#ownVerdict();
      const [hub] = this.#enrolment.hubs;
      if (!(error instanceof HubError) || error.code !== 'moved' || !own?.ok || hub === undefined) throw error;
      // Where the hub is that has taken over comes with a renewed certificate.
      const { enrolment, document } = await renewOverHub({ hub, enrolment: this.#enrolment, name: own.name, ...how });
      this.#adopt(enrolment);
      this.acceptDocument(document);
      return askAsMember({ ask, enrolment, ...how });
    }
  }

  /**
   * Another address of this community's hub, asked first from now on. Proved by a renewal over it before anything is kept, so there is nothing to undo: the
   * server shows a certificate under the community's root, and knows this node. False: this node is no member. Throws HubError.
   */
  async changeHub(hub: string): Promise<boolean> {
    const { call } = this.#options;
    const own = this.#ownVerdict();
    if (!this.#enrolment || !own?.ok) return false;
    const hubs = [hub, ...this.#enrolment.hubs.filter((one) => one !== hub)].slice(0, hubsMax);
    const signal = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(changeMsMax)]);
    const how = { key: this.#key, time: this.time, signal, ...(call ? { call } : {}) };
    const { enrolment, document } = await renewOverHub({ hub, enrolment: { ...this.#enrolment, hubs }, name: own.name, ...how });
    this.#adopt(enrolment);
    this.acceptDocument(document);
    this.#options.logger.info({ hub }, "another address of the community's hub");
    return true;
  }

  #asking(options: { readonly signal: AbortSignal; readonly onRetry?: (error: HubError, afterMs: number) => void }) {
    const { clock, random = Math.random, call, logger } = this.#options;
    return {
      signal: AbortSignal.any([options.signal, this.#closing.signal]),
      key: this.#key,
      clock,
      time: this.time,
      random,
      ...(call ? { call } : {}),
      onRetry: (error: HubError, afterMs: number) => {
        logger.warn({ error: error.message, why: error.why, afterMs: Math.round(afterMs) }, 'enrolment failed, trying again');
        options.onRetry?.(error, afterMs);
      },
    };
  }

  #admit({ enrolment, document }: Admission): void {
    this.#adopt(enrolment);
    this.acceptDocument(document);
    this.#options.logger.info({ node: this.node, community: enrolment.community.id, gateway: enrolment.gateway }, 'enrolled');
  }

  /** Renews the certificate at half of its life, over the hubs of the enrolment, until the identity is closed. */
  keepRenewed(): void {
    this.#renewal ??= startRenewal({
      key: this.#key,
      time: this.time,
      clock: this.#options.clock,
      random: this.#options.random ?? Math.random,
      logger: this.#options.logger,
      signal: this.#closing.signal,
      ...(this.#options.call ? { call: this.#options.call } : {}),
      current: () => {
        const own = this.#ownVerdict();
        return this.#enrolment && own?.ok
          ? { enrolment: this.#enrolment, name: own.name, issuedAt: own.issuedAt, notAfter: own.notAfter, behind: this.#beaconBehind }
          : undefined;
      },
      renewed: ({ enrolment, document }) => {
        this.#adopt(enrolment);
        this.acceptDocument(document);
      },
    });
  }

  /** Takes a community document from the mesh, the hub or a file when it verifies and its number is higher; true when it was taken. */
  acceptDocument(bytes: Uint8Array): boolean {
    if (!this.#readDocument(bytes)) return false;
    writeDurably(join(this.#folder, 'community.document'), bytes);
    return true;
  }

  /** Reads what earlier runs have stored. */
  recall(): void {
    if (!this.#enrolment) return;
    this.#noteOwnDate();
    const bytes = readIfThere(join(this.#folder, 'community.document'));
    if (bytes && !this.#readDocument(bytes)) this.#options.logger.warn('the stored community document does not verify; waiting for a new one');
  }

  /** Undefined while the node is not enrolled. A new agreement key with every call: ask once per start. */
  membership(): MembershipView | undefined {
    const verifier = this.#verifier;
    const own = this.#ownVerdict();
    if (!this.#enrolment || !verifier || !own?.ok) return undefined;
    const enrolled = (): Enrolment => this.#enrolment as Enrolment;
    const keyPem = nodeKeyToPem(this.#key);
    return {
      node: this.node,
      name: own.name,
      incarnation: this.incarnation,
      crypto: meshCrypto({ key: this.#key, verifier, revoked: (node, serial) => this.#isRevoked(node, serial) }),
      beaconKeys: () => beaconKeysOf(enrolled(), this.#now()),
      certificate: () => encodeIdentity(enrolled().chain),
      tls: () => ({ key: keyPem, chain: enrolled().chain }),
      door: () => ({ key: enrolled().door.key, cert: enrolled().door.certificate }),
      judge: (bundle) => this.#judge(verifier, bundle),
      communityDocument: () => this.#document?.bytes,
      revokedNodes: () => (this.#document?.read.revoked ?? []).filter((entry) => entry.serial === undefined).map((entry) => NodeId(entry.node)),
      raiseIncarnation: (seen) => this.#counter.raise(seen),
      onChange: (handler) => this.onChange(handler),
    };
  }

  /** Called after the certificate or the community document changed. */
  onChange(handler: () => void): () => void {
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    this.time.close();
    await this.#renewal?.stopped;
  }

  #adopt(told: Enrolment): void {
    const enrolment = this.#enrolment ? this.#withKeysOf(this.#enrolment, told) : told;
    storeEnrolment(this.#folder, enrolment);
    this.#enrolment = enrolment;
    this.#beaconBehind = (this.#document?.read.beacon?.epoch ?? 0) > enrolment.beaconEpoch;
    this.#verifier = verifierOf(enrolment);
    this.#noteOwnDate();
    this.#changed();
  }

  /** A renewed enrolment with the beacon keys known so far and, when the hub's is newer, that one. */
  #withKeysOf(known: Enrolment, told: Enrolment): Enrolment {
    const { beaconKey, beaconEpoch, formerBeaconKeys } = withBeaconKey(known, { key: told.beaconKey, epoch: told.beaconEpoch, since: this.#now() });
    return { ...told, beaconKey, beaconEpoch, formerBeaconKeys };
  }

  #takeBeaconKey({ beacon, community }: VerifiedDocument): void {
    if (!this.#enrolment || !beacon || beacon.epoch <= this.#enrolment.beaconEpoch) return;
    const key = openBeaconKey(beacon, { community, key: this.#key });
    this.#beaconBehind = key === undefined;
    if (!key) return this.#options.logger.warn('the community has a new beacon key and none for this node: asking a hub');
    this.#enrolment = withBeaconKey(this.#enrolment, { key, epoch: beacon.epoch, since: beacon.since });
    try {
      storeEnrolment(this.#folder, this.#enrolment);
    } catch (error) {
      // The next start reads it out of the document again.
      this.#options.logger.warn({ error: (error as Error).message }, 'the new beacon key cannot be stored');
    }
  }

  /** A clock that is not believed is later than the floor. */
  #now(): number {
    const { now, trusted } = this.time.reading();
    return trusted ? now : this.time.floor;
  }

  #noteOwnDate(): void {
    const own = this.#ownVerdict();
    if (own?.ok) this.time.observe(own.issuedAt);
  }

  /** Judged without dates and revocation: an expired or revoked node still reads its own name, and renews. */
  #ownVerdict(clock: ClockReading = { now: 0, trusted: false }) {
    if (!this.#enrolment) return undefined;
    return this.#verifier?.verifyNode(encodeIdentity(this.#enrolment.chain), { clock });
  }

  #judge(verifier: CertificateVerifier, bundle: Uint8Array): PeerVerdict {
    const circumstances: Circumstances = { clock: this.time.reading(), revoked: (node, serial) => this.#isRevoked(node, serial) };
    const verdict = verifier.verifyNode(bundle, circumstances);
    if (!verdict.ok) return verdict;
    this.time.observe(verdict.issuedAt);
    return { ok: true, node: NodeId(verdict.node), dates: verdict.dates };
  }

  #isRevoked(node: string, serial: string): boolean {
    return this.#document?.read.isRevoked(node, serial) ?? false;
  }

  #readDocument(bytes: Uint8Array): boolean {
    const verdict = this.#verifier && verifyCommunityDocument(bytes, this.#verifier);
    if (!verdict?.ok || verdict.document.number <= (this.#document?.read.number ?? 0)) return false;
    this.#document = { bytes: Uint8Array.from(bytes), read: verdict.document };
    this.time.observe(verdict.document.issuedAt);
    this.#devices.replace(verdict.document.devices);
    this.#takeBeaconKey(verdict.document);
    this.#changed();
    return true;
  }

  #changed(): void {
    for (const handler of this.#handlers) handler();
  }
}

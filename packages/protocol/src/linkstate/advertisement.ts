import type { ProtocolConfig } from '../config.ts';
import type { Incarnation, NodeId } from '../ids.ts';
import type { GatewayOffer } from '../io.ts';
import type { Crypto, Random } from '../ports.ts';
import { Millis, never } from '../units.ts';
import { encodeLinkState, linkStateNeighboursMax, signedBytes } from '../wire/index.ts';
import { type FloodRecord, type LinkState, recordType } from '../wire/messages.ts';

export interface AdvertisementOptions {
  readonly self: NodeId;
  readonly incarnation: Incarnation;
  readonly crypto: Crypto;
  readonly random: Random;
  readonly certificate: Uint8Array;
  readonly config: Pick<
    ProtocolConfig,
    | 'advertiseBackoffMsMin'
    | 'advertiseBackoffMsMax'
    | 'refreshMs'
    | 'lossApartMs'
    | 'gainMs'
    | 'bridgeMs'
    | 'bridgeApartMs'
    | 'bridgeApartMsStart'
    | 'aloneMs'
    | 'startMs'
    | 'advertiseCoolMs'
  >;
  readonly neighbours: () => { readonly node: NodeId; readonly ownCost: number }[];
  /** Whether what others say of each other leads from a node to one of some. */
  readonly othersLead: (from: NodeId, to: Iterable<NodeId>) => boolean;
  /** Takes the new record into the database and floods it. */
  readonly publish: (now: Millis, record: FloodRecord, hurry: boolean) => void;
}

/**
 * What this node says of itself: an identity record and a links record. docs/protocol.md §5.4 and §5.5
 * 1. A lost link is advertised at once, further ones together half a second after the first, a spare one that was given up within 200 ms.
 * 2. Gains and changes wait (a bridge to another part only shortly): 200 ms at first, then 1 s, 2 s ... 60 s the more advertisements there were of late; one is forgiven every 30 s.
 * 3. A link that waits to be told, and that a loss anywhere made the only way to the node at its other end, is told at once, or half a second after the last record.
 * 4. Both records are made anew every 30 min, a little spread.
 */
export class Advertisement {
  readonly #o: AdvertisementOptions;
  #certificate: Uint8Array;
  #identitySequence = 0;
  #linksSequence = 0;
  #gateway: GatewayOffer | undefined;
  #devices = 0;
  #position: LinkState['position'];
  /** Node to cost, as last advertised. */
  #said = new Map<NodeId, number>();
  #saidRest: string | undefined;
  #dueAt: Millis = never;
  #startedAt = 0 as Millis;
  #saidAt = Number.NEGATIVE_INFINITY as Millis;
  #refreshAt: Millis = never;
  /** The last record that told of a loss; whether another loss waits to be told. */
  #lostAt = Number.NEGATIVE_INFINITY as Millis;
  #loses = false;
  /** The last record that told of an only way; whether another waits to be told. */
  #onlyAt = Number.NEGATIVE_INFINITY as Millis;
  #isOnly = false;
  #heat = 0;
  #heatAt = 0 as Millis;

  constructor(options: AdvertisementOptions) {
    this.#o = options;
    this.#certificate = options.certificate;
  }

  get state(): { readonly gateway: GatewayOffer | undefined; readonly devices: number; readonly position: LinkState['position'] } {
    return { gateway: this.#gateway, devices: this.#devices, position: this.#position };
  }

  start(now: Millis): void {
    this.#heatAt = now;
    this.#startedAt = now;
    this.#identity(now);
    this.#dueAt = Millis(now + this.#o.config.aloneMs);
  }

  certificate(now: Millis, certificate: Uint8Array): void {
    this.#certificate = certificate;
    this.#identity(now);
  }

  gateway(now: Millis, offer: GatewayOffer | undefined): void {
    const before = this.#gateway;
    this.#gateway = offer;
    if ((before === undefined) !== (offer === undefined)) this.#links(now, before !== undefined);
    else this.changed(now);
  }

  position(now: Millis, position: LinkState['position']): void {
    this.#position = position;
    this.changed(now);
  }

  devices(now: Millis, count: number): void {
    this.#devices = Math.min(65_535, Math.max(0, Math.floor(count)));
    this.changed(now);
  }

  lost(now: Millis, node: NodeId, spare: boolean): void {
    if (!this.#said.has(node)) return;
    if (spare) this.#at(now + this.#o.config.gainMs);
    else if (now >= this.#lostAt + this.#o.config.lossApartMs) this.#loss(now);
    else {
      this.#loses = true;
      this.#at(this.#lostAt + this.#o.config.lossApartMs);
    }
  }

  #loss(now: Millis): void {
    this.#lostAt = now;
    this.#links(now, true);
  }

  gained(now: Millis, bridge: boolean): void {
    if (!bridge) this.changed(now);
    else if (this.#linksSequence === 0) this.#at(Math.max(now + this.#o.config.bridgeMs, this.#startedAt + this.#o.config.aloneMs));
    else
      this.#at(
        Math.max(
          now + this.#o.config.bridgeMs,
          this.#saidAt + (now < this.#startedAt + this.#o.config.startMs ? this.#o.config.bridgeApartMsStart : this.#o.config.bridgeApartMs),
        ),
      );
  }

  /**
   * An edge went, this node's or another's. While ways were many a new link could wait to be told, for a minute even; without this the community
   * would wait as long for the only way that is left.
   */
  edgeWent(now: Millis): void {
    if (this.#linksSequence === 0) return;
    const at = Math.max(now, this.#onlyAt + this.#o.config.lossApartMs);
    if (at >= this.#dueAt && this.#isOnly) return;
    const told: NodeId[] = [];
    const untold: NodeId[] = [];
    for (const { node } of this.#o.neighbours()) (this.#said.has(node) ? told : untold).push(node);
    if (untold.every((node) => this.#o.othersLead(node, told))) return;
    this.#isOnly = true;
    this.#at(at);
  }

  /** Something is no longer as last advertised. */
  changed(now: Millis): void {
    if (this.#differs()) this.#at(Math.max(now + this.#o.config.gainMs, this.#saidAt + this.#backoffMs(now)));
  }

  #at(at: number): void {
    if (at < this.#dueAt) this.#dueAt = Millis(at);
  }

  #backoffMs(now: Millis): number {
    const cooled = Math.floor((now - this.#heatAt) / this.#o.config.advertiseCoolMs);
    if (cooled > 0) {
      this.#heat = Math.max(0, this.#heat - cooled);
      this.#heatAt = Millis(this.#heatAt + cooled * this.#o.config.advertiseCoolMs);
    }
    return this.#heat === 0 ? 0 : Math.min(this.#o.config.advertiseBackoffMsMax, this.#o.config.advertiseBackoffMsMin * 2 ** (this.#heat - 1));
  }

  #rest(): string {
    const g = this.#gateway;
    const p = this.#position;
    return `${g ? `${quarter(g.backendMs)} ${Math.round(g.load / 32)}` : '-'}|${this.#devices}|${p ? `${p.lat} ${p.lon}` : '-'}`;
  }

  #differs(): boolean {
    if (this.#rest() !== this.#saidRest) return true;
    const links = this.#o.neighbours();
    if (links.length !== this.#said.size) return true;
    for (const { node, ownCost } of links) if (this.#said.get(node) !== ownCost) return true;
    return false;
  }

  #sign(type: FloodRecord['type'], sequence: number, body: Uint8Array): FloodRecord {
    const unsigned = { type, origin: this.#o.self, incarnation: this.#o.incarnation, sequence, ageSeconds: 0, body };
    return { ...unsigned, signature: this.#o.crypto.sign(signedBytes(unsigned)) };
  }

  #identity(now: Millis): void {
    this.#o.publish(now, this.#sign(recordType.identity, ++this.#identitySequence, this.#certificate), false);
    this.#spreadRefresh(now);
  }

  #links(now: Millis, hurry: boolean): void {
    const links = this.#o.neighbours();
    const neighbours = links.map(({ node, ownCost }) => ({ node, cost: ownCost })).sort((a, b) => (a.node < b.node ? -1 : 1));
    const body = encodeLinkState({
      agreementKey: this.#o.crypto.agreementKey,
      gateway: this.#gateway,
      devices: this.#devices,
      position: this.#position,
      neighbours: neighbours.slice(0, linkStateNeighboursMax),
    });
    this.#said = new Map(links.map(({ node, ownCost }) => [node, ownCost]));
    this.#saidRest = this.#rest();
    this.#backoffMs(now);
    this.#heat = Math.min(this.#heat + 1, 8);
    this.#saidAt = now;
    this.#dueAt = never;
    this.#loses = false;
    if (this.#isOnly) this.#onlyAt = now;
    this.#isOnly = false;
    this.#o.publish(now, this.#sign(recordType.links, ++this.#linksSequence, body), hurry);
  }

  #spreadRefresh(now: Millis): void {
    this.#refreshAt = Millis(now + this.#o.config.refreshMs * (0.9 + 0.1 * this.#o.random.next()));
  }

  get wakeAt(): Millis {
    return Millis(Math.min(this.#dueAt, this.#refreshAt));
  }

  wake(now: Millis): void {
    if (now >= this.#refreshAt) {
      this.#identity(now);
      this.#links(now, false);
    } else if (now >= this.#dueAt) {
      if (!this.#differs()) {
        this.#dueAt = never;
        this.#isOnly = false;
      } else if (this.#loses) this.#loss(now);
      else this.#links(now, this.#isOnly);
    }
  }
}

/** Steps of a quarter: the offer's figures are advertised anew only on such a change. */
const quarter = (ms: number): number => (ms <= 1 ? 0 : Math.round(Math.log(ms) / Math.log(1.25)));

import type { DeliveredEntry, EntryId, NodeId, Publish, TrafficClass } from '@energymesh/protocol';
import type { Logger } from 'pino';
import { runsOf } from './runs.ts';

/** What the backend tells nodes themselves, beside their devices' commands. docs/protocol.md §10.5 */
export interface ToldTopic {
  readonly node: NodeId;
  /** `call`: of a paired phone, which waits for the answer. docs/app.md */
  readonly kind: 'told' | 'call';
  readonly class: TrafficClass;
  readonly lifetimeMs: number;
}

const kinds = {
  told: { class: 2, lifetimeMs: 7 * 24 * 3_600_000 },
  // Whoever asked has given up by then.
  call: { class: 1, lifetimeMs: 30_000 },
} as const;
const nodePattern = /^[0-9a-f]{16}$/;

/** Topics `energymesh/<community>/node/<node>/{told,call}`. */
export class ToldTopics {
  readonly #community: string;

  constructor(community: string) {
    this.#community = community;
  }

  filter(node: NodeId, kind: ToldTopic['kind'] = 'told'): string {
    return `energymesh/${this.#community}/node/${node}/${kind}`;
  }

  /** Whether this node may hear that. */
  mayHear(node: NodeId, filter: string): boolean {
    return filter === this.filter(node) || filter === this.filter(node, 'call');
  }

  /** Undefined: another topic. */
  of(topic: string): ToldTopic | undefined {
    const [, , , node = '', last] = topic.split('/');
    const kind = last === 'call' ? 'call' : 'told';
    return nodePattern.test(node) && topic === this.filter(node as NodeId, kind) ? { node: node as NodeId, kind, ...kinds[kind] } : undefined;
  }
}

/** Takes a call; what becomes of it is the caller's to find out. */
export type HearCall = (payload: Uint8Array) => void;
/** Resolves when what was told is durable; rejects when it cannot be taken now. */
export type HearTold = (payload: Uint8Array) => Promise<void>;

export interface EarOptions {
  readonly self: NodeId;
  readonly topics: ToldTopics;
  /** Whether a node is a gateway now: only they bring what the backend tells. */
  readonly isGateway: (node: NodeId) => boolean;
  readonly delivered: (runs: ReturnType<typeof runsOf>) => void;
  readonly undelivered: (runs: ReturnType<typeof runsOf>, reason: string) => void;
  readonly logger: Logger;
}

/** At once under way into the node's books; more stay with the gateway. */
const takingMax = 64;

/** The node's own ear: what the backend tells it goes to whoever listens, and is acknowledged once that has it durably. */
export class Ear {
  readonly #o: EarOptions;
  readonly #taking = new Map<string, EntryId>();
  #hear: HearTold | undefined;
  #hearCall: HearCall = () => {};
  readonly counters = { calls: 0, told: 0, toldToOthers: 0, toldByOthers: 0, toldLater: 0 };

  constructor(options: EarOptions) {
    this.#o = options;
  }

  /** Until then everything told stays with the gateways. */
  listen(hear: HearTold): void {
    this.#hear = hear;
  }

  listenToCalls(hear: HearCall): void {
    this.#hearCall = hear;
  }

  /** False: this is not for the node itself. */
  take(entry: DeliveredEntry, { topic, payload }: Publish): boolean {
    const told = this.#o.topics.of(topic);
    if (!told) return false;
    const { self, isGateway, delivered, undelivered, logger } = this.#o;
    const { id } = entry;
    if (told.node !== self) {
      this.counters.toldToOthers++;
      delivered(runsOf([id]));
      return true;
    }
    if (told.kind === 'call') {
      // Not kept: a call that is lost is asked again by whoever waits for it. Whose it is, its signature says, whoever brings it.
      this.counters.calls++;
      delivered(runsOf([id]));
      this.#hearCall(payload);
      return true;
    }
    const key = `${id.origin}.${id.incarnation}.${id.class}.${id.sequence}`;
    if (this.#taking.has(key)) return true;
    const hear = this.#hear;
    if (!isGateway(id.origin) || !hear || this.#taking.size >= takingMax) {
      this.counters[isGateway(id.origin) ? 'toldLater' : 'toldByOthers']++;
      undelivered(runsOf([id]), isGateway(id.origin) ? 'full' : 'not-a-gateway');
      return true;
    }
    this.#taking.set(key, id);
    hear(payload).then(
      () => {
        this.counters.told++;
        this.#taking.delete(key);
        delivered(runsOf([id]));
      },
      (error: unknown) => {
        this.counters.toldLater++;
        this.#taking.delete(key);
        logger.warn({ err: error }, 'what the backend told this node cannot be taken now: it comes again');
        undelivered(runsOf([id]), 'full');
      },
    );
    return true;
  }
}

import { hash } from 'node:crypto';
import type { TrafficClass } from '@energymesh/protocol';
import type { Logger } from 'pino';
import { type Clock, IntakeRefused } from '../ports.ts';
import { type Rate, TokenBucket } from './token-bucket.ts';

export interface PoliceConfig {
  readonly device: Rate;
  readonly node: Rate;
}
/** A lock answers a command a second at most and a meter makes a transaction in minutes: far below, with room for catching up after an outage. */
export const defaultPolice: PoliceConfig = { device: { perSecond: 5, burst: 50 }, node: { perSecond: 200, burst: 500 } };

export interface PoliceLimits {
  /** How long a device must have kept to its rate before a topic of it may be class 0 again. */
  readonly quietMs: number;
  /** Topics that are demoted or about to be; beyond it excess waits for its token. */
  readonly topicsMax: number;
  /** Devices whose rate is remembered; beyond it the one that was idle longest is forgotten and begins with a full burst. */
  readonly devicesMax: number;
  /** Messages that wait here; the next one is refused. */
  readonly heldMax: number;
  /** How often a device's excess is said in the log. */
  readonly tellMs: number;
}
const policeLimits: PoliceLimits = { quietMs: 10_000, topicsMax: 512, devicesMax: 2048, heldMax: 1024, tellMs: 60_000 };

/** What the spool tells: in which order entries of a class were accepted, and how far they are settled. */
interface Settlement {
  /** Sequence of the newest entry of the class that was accepted or waits for room. */
  newest(cls: TrafficClass): number;
  /** All of the class up to this sequence, and everything of former incarnations, is with the backend or lost. */
  settled(cls: TrafficClass, sequence: number): boolean;
}

export interface PoliceOptions {
  readonly config: PoliceConfig;
  readonly settlement: Settlement;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Keeps the list of demoted topics, no later than any entry that is accepted after this call. */
  readonly keep: (demoted: string) => void;
  readonly limits?: Partial<PoliceLimits>;
}

/** A message of a class 0 topic that asks for its class. */
export interface Candidate {
  readonly device: string;
  readonly topic: string;
  /** Hands the message to the spool; called once, in the order of arrival per device and topic. */
  readonly place: (cls: 0 | 1) => void;
  readonly refuse: (why: unknown) => void;
  readonly signal: AbortSignal;
}

type Topic =
  /** It is above the rate, and changes its class when all of class 0 up to `barrier` is settled. */
  | { readonly at: 'turning'; readonly barrier: number }
  /** `last`: sequence of its newest entry in class 1. */
  | { readonly at: 'demoted'; readonly last: number; readonly excessAt: number };

interface Device {
  readonly bucket: TokenBucket;
  toldAt: number;
}
interface Held extends Candidate {
  readonly key: string;
  readonly leave: () => void;
}

/**
 * Class 0 is policed where devices' messages are taken in: docs/protocol.md §7.1, docs/decisions/0010-policing.md.
 *
 * 1. Class 0 takes no more than the device's and the node's rate.
 * 2. A topic changes its class only when all its entries in the other one are settled, so order per device and topic holds.
 * 3. What is above the rate and may not change its class yet waits for whichever is first, that or a token; QoS 0 is dropped and counted instead.
 * 4. A demoted topic stays in class 1 until its device has kept to its rate for `quietMs`; a restart does not end that.
 */
export class Police {
  readonly #options: PoliceOptions;
  readonly #limits: PoliceLimits;
  readonly #node: TokenBucket;
  readonly #devices = new Map<string, Device>();
  readonly #topics = new Map<string, Topic>();
  /** By device, the one whose turn was longest ago first. */
  readonly #held = new Map<string, Held[]>();
  #heldCount = 0;
  #open = false;
  #closed = false;
  #working = false;
  #cancel: () => void = () => {};
  #counters = { demoted: 0, delayed: 0, dropped: 0 };

  constructor(options: PoliceOptions) {
    this.#options = options;
    this.#limits = { ...policeLimits, ...options.limits };
    this.#node = new TokenBucket(options.config.node, options.clock.monotonic());
  }

  /** Since start: messages carried as class 1, delayed, and (QoS 0) dropped for being above the rate. */
  get counters(): { readonly demoted: number; readonly delayed: number; readonly dropped: number } {
    return this.#counters;
  }
  /** Topics in class 1 now. */
  get demotedTopics(): number {
    let count = 0;
    for (const topic of this.#topics.values()) if (topic.at === 'demoted') count++;
    return count;
  }

  /** The spool is open; `kept` is what the last run kept. Before it nothing is placed: a demoted topic would go by its own backlog. */
  open(kept: string | undefined): void {
    const now = this.#options.clock.monotonic();
    for (const key of kept?.split(' ') ?? []) {
      if (/^[0-9a-f]{16}$/.test(key) && this.#topics.size < this.#limits.topicsMax) this.#topics.set(key, { at: 'demoted', last: 0, excessAt: now });
    }
    this.#open = true;
    this.evaluate();
  }

  /** QoS 1 and 2: placed now or later. */
  admit(candidate: Candidate): void {
    const key = keyOf(candidate);
    const queue = this.#held.get(candidate.device);
    const cls = queue?.some((held) => held.key === key) ? undefined : this.#judge(candidate.device, key);
    if (cls !== undefined) this.#place(candidate, key, cls);
    else this.#hold(candidate, key);
  }

  /** QoS 0: placed now, or dropped and counted. */
  offer(candidate: Pick<Candidate, 'device' | 'topic' | 'place'>): void {
    const key = keyOf(candidate);
    const cls = this.#held.get(candidate.device)?.some((held) => held.key === key) ? undefined : this.#judge(candidate.device, key);
    if (cls === undefined) this.#counters.dropped++;
    else this.#place(candidate, key, cls);
  }

  /** Moves on who waits: after entries were settled, and when tokens are due. */
  evaluate(): void {
    if (!this.#open || this.#working || this.#heldCount === 0) return;
    this.#working = true;
    // Whoever got its turn goes to the end: one device must not take the node's tokens from the others for ever.
    for (const [device, queue] of [...this.#held]) {
      for (let next = queue[0]; next; next = queue[0]) {
        const cls = this.#judge(device, next.key);
        if (cls === undefined) break;
        this.#release(next);
        if (queue.length > 0) {
          this.#held.delete(device);
          this.#held.set(device, queue);
        }
        this.#place(next, next.key, cls);
      }
    }
    this.#working = false;
    this.#wakeLater();
  }

  close(): void {
    this.#closed = true;
    this.#cancel();
    for (const held of [...this.#held.values()].flat()) {
      this.#release(held);
      held.refuse(closing());
    }
  }

  /** The class of a message now; undefined: it cannot be placed without breaking rule 1 or 2. */
  #judge(name: string, key: string): 0 | 1 | undefined {
    if (!this.#open) return undefined;
    const { clock, settlement } = this.#options;
    const now = clock.monotonic();
    const device = this.#device(name, now);
    const topic = this.#topics.get(key);
    if (topic?.at === 'demoted') {
      // Its tokens measure the device; those of the node are for what is in class 0.
      const within = device.bucket.take(now) && this.#node.has(now);
      if (!within || now - topic.excessAt < this.#limits.quietMs || !settlement.settled(1, topic.last)) {
        if (!within) this.#topics.set(key, { ...topic, excessAt: now });
        return 1;
      }
      this.#node.take(now);
      this.#topics.delete(key);
      this.#keep();
      return 0;
    }
    if (device.bucket.has(now) && this.#node.has(now)) {
      device.bucket.take(now);
      this.#node.take(now);
      this.#topics.delete(key);
      return 0;
    }
    const turning = topic ?? this.#turn(key);
    if (!turning || !settlement.settled(0, turning.barrier)) return undefined;
    this.#topics.set(key, { at: 'demoted', last: 0, excessAt: now });
    this.#keep();
    return 1;
  }

  #turn(key: string): Extract<Topic, { at: 'turning' }> | undefined {
    if (this.#topics.size >= this.#limits.topicsMax) {
      const held = new Set([...this.#held.values()].flat().map((one) => one.key));
      const { clock, settlement } = this.#options;
      const quietSince = clock.monotonic() - this.#limits.quietMs;
      for (const [other, topic] of this.#topics) {
        const over = topic.at === 'turning' ? !held.has(other) : topic.excessAt <= quietSince && settlement.settled(1, topic.last);
        if (over) this.#topics.delete(other);
      }
      if (this.#topics.size >= this.#limits.topicsMax) return undefined;
    }
    const topic = { at: 'turning' as const, barrier: this.#options.settlement.newest(0) };
    this.#topics.set(key, topic);
    return topic;
  }

  #place(candidate: Pick<Candidate, 'device' | 'topic' | 'place'>, key: string, cls: 0 | 1): void {
    candidate.place(cls);
    if (cls === 0) return;
    this.#counters.demoted++;
    const topic = this.#topics.get(key);
    if (topic?.at === 'demoted') this.#topics.set(key, { ...topic, last: this.#options.settlement.newest(1) });
    this.#tell(candidate);
  }

  #hold(candidate: Candidate, key: string): void {
    if (this.#closed) return candidate.refuse(closing());
    if (candidate.signal.aborted) return candidate.refuse(candidate.signal.reason);
    if (this.#heldCount >= this.#limits.heldMax) return candidate.refuse(new IntakeRefused('full', 'too many messages above the rate of class 0 wait'));
    const leave = (): void => {
      this.#release(held);
      candidate.refuse(candidate.signal.reason);
      // Who stood behind it may be able to go.
      this.evaluate();
    };
    const held: Held = { ...candidate, key, leave };
    candidate.signal.addEventListener('abort', leave, { once: true });
    const queue = this.#held.get(candidate.device);
    if (queue) queue.push(held);
    else this.#held.set(candidate.device, [held]);
    this.#heldCount++;
    if (!this.#open) return;
    this.#counters.delayed++;
    this.#tell(candidate);
    this.#wakeLater();
  }

  #release(held: Held): void {
    held.signal.removeEventListener('abort', held.leave);
    const queue = this.#held.get(held.device);
    const at = queue?.indexOf(held) ?? -1;
    if (!queue || at < 0) return;
    queue.splice(at, 1);
    if (queue.length === 0) this.#held.delete(held.device);
    this.#heldCount--;
  }

  #wakeLater(): void {
    this.#cancel();
    if (this.#heldCount === 0 || this.#closed) return;
    const { clock } = this.#options;
    const now = clock.monotonic();
    let deviceMs = Number.POSITIVE_INFINITY;
    for (const name of this.#held.keys()) deviceMs = Math.min(deviceMs, this.#device(name, now).bucket.waitMs(now));
    this.#cancel = clock.after(Math.max(1, deviceMs, this.#node.waitMs(now)), () => this.evaluate());
  }

  #device(name: string, now: number): Device {
    const device = this.#devices.get(name) ?? { bucket: new TokenBucket(this.#options.config.device, now), toldAt: Number.NEGATIVE_INFINITY };
    this.#devices.delete(name);
    this.#devices.set(name, device);
    if (this.#devices.size > this.#limits.devicesMax) {
      const [idle] = this.#devices.keys();
      if (idle !== undefined) this.#devices.delete(idle);
    }
    return device;
  }

  #keep(): void {
    this.#options.keep([...this.#topics].flatMap(([key, { at }]) => (at === 'demoted' ? [key] : [])).join(' '));
  }

  #tell({ device: name, topic }: Pick<Candidate, 'device' | 'topic'>): void {
    const { clock, logger } = this.#options;
    const now = clock.monotonic();
    const device = this.#device(name, now);
    if (now - device.toldAt < this.#limits.tellMs) return;
    device.toldAt = now;
    logger.info({ device: name, topic, ...this.#counters }, 'a device is above the rate of class 0: its excess goes as class 1');
  }
}

/** 64 bits of a hash: two topics that share one would only be demoted together. */
const keyOf = ({ device, topic }: Pick<Candidate, 'device' | 'topic'>): string => hash('sha256', JSON.stringify([device, topic]), 'hex').slice(0, 16);
const closing = () => new IntakeRefused('closing', 'the node is stopping');

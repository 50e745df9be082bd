import { hash } from 'node:crypto';
import { encodeApplication, unfitForPublish } from '@energymesh/protocol';
import { type Clock, type DevicePublish, type Intake, IntakeRefused } from '../ports.ts';
import type { TopicMap } from './classify.ts';
import type { Police } from './police.ts';
import type { Spool, UpMessage } from './spool.ts';

/** Fingerprints remembered; beyond it the oldest is forgotten, and a resend of it becomes an entry of its own. */
const recentMax = 8192;
const recentMs = 24 * 3_600_000;

/** Of (client, packet id, topic, payload): 16 hex digits. docs/protocol.md §10.2 */
export function fingerprint(publish: Pick<DevicePublish, 'clientId' | 'packetId' | 'topic' | 'payload'>): string {
  const { clientId, packetId, topic, payload } = publish;
  const head = Buffer.from(JSON.stringify([clientId, packetId, topic]));
  return hash('sha256', Buffer.concat([head, payload]), 'hex').slice(0, 16);
}

/** Takes devices' messages in: topic map, class and its rate, fingerprint, spool. */
export class DeviceIntake implements Intake {
  readonly #spool: Pick<Spool, 'accept' | 'offer'>;
  readonly #topics: TopicMap;
  readonly #police: Pick<Police, 'admit' | 'offer'>;
  readonly #clock: Clock;
  readonly #recent = new Map<string, { at: number; custody: Promise<void> }>();
  #resent = 0;

  constructor(options: { spool: Pick<Spool, 'accept' | 'offer'>; topics: TopicMap; police: Pick<Police, 'admit' | 'offer'>; clock: Clock }) {
    this.#spool = options.spool;
    this.#topics = options.topics;
    this.#police = options.police;
    this.#clock = options.clock;
  }

  /** Messages that came again with DUP=1 while this node still knew the first. */
  get resent(): number {
    return this.#resent;
  }

  accept(publish: DevicePublish, signal: AbortSignal): Promise<void> {
    const up = this.#topics.up(publish.topic);
    if (!up) return refuse('no-topic', `no rule of the topic map takes "${publish.topic.slice(0, 200)}" up`);
    const { qos, retain, dup, clientId: client, payload, properties } = publish;
    const unfit = unfitForPublish({ topic: up.topic, client, properties });
    if (unfit) return refuse(unfit === 'topic' ? 'no-topic' : 'too-big', `the ${unfit} cannot be carried`);
    const known = qos > 0 && publish.packetId !== undefined ? fingerprint(publish) : undefined;
    if (known && dup) {
      const first = this.#known(known);
      if (first) {
        this.#resent++;
        return first;
      }
    }
    const body = encodeApplication({
      kind: 'publish',
      topic: up.topic,
      payload,
      qos,
      retain,
      dup,
      client,
      properties,
      ...(known ? { fingerprint: known } : {}),
    });
    const message = { class: up.class, traffic: 0 as const, lifetimeMs: up.lifetimeMs, body };
    if (qos === 0) {
      if (up.class === 0) this.#police.offer({ ...of(publish), place: (cls) => void this.#spool.offer({ ...message, class: cls }) });
      else this.#spool.offer(message);
      return Promise.resolve();
    }
    const custody = up.class === 0 ? this.#policed(publish, message, signal) : this.#spool.accept(message, signal);
    if (known) this.#remember(known, custody);
    return custody;
  }

  #policed(publish: DevicePublish, message: UpMessage, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, refuse) => {
      const place = (cls: 0 | 1): void => resolve(this.#spool.accept({ ...message, class: cls }, signal));
      this.#police.admit({ ...of(publish), place, refuse, signal });
    });
  }

  #known(print: string): Promise<void> | undefined {
    const found = this.#recent.get(print);
    return found && this.#clock.monotonic() - found.at < recentMs ? found.custody : undefined;
  }

  #remember(print: string, custody: Promise<void>): void {
    const entry = { at: this.#clock.monotonic(), custody };
    this.#recent.delete(print);
    this.#recent.set(print, entry);
    if (this.#recent.size > recentMax) {
      const oldest = this.#recent.keys().next();
      if (!oldest.done) this.#recent.delete(oldest.value);
    }
    // Never taken: a resend must be.
    custody.catch(() => {
      if (this.#recent.get(print) === entry) this.#recent.delete(print);
    });
  }
}

const of = ({ device, topic }: DevicePublish) => ({ device: device.id, topic });
const refuse = (why: IntakeRefused['why'], message: string): Promise<never> => Promise.reject(new IntakeRefused(why, message));

import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { Clock } from '../ports.ts';
import type { Way } from './phones/phones.ts';
import type { ApiPorts, Feed } from './ports.ts';

/** By the name of the subscription that a page on the network would have. */
export const followNames = [
  'status.live',
  'mesh.live',
  'mesh.neighboursLive',
  'radio.live',
  'network.live',
  'traffic.live',
  'rewards.live',
  'rewards.wallet.live',
] as const;
export type FollowName = (typeof followNames)[number];
/** What the phone has of each feed that it follows, by mark; empty: nothing yet. */
export type Seen = Partial<Record<FollowName, string>>;
export interface Followed {
  readonly at: number;
  /** Without a value: it is as it was. */
  readonly feeds: { readonly name: FollowName; readonly mark: string; readonly value?: unknown }[];
}

/** So long a question waits for something new: the hub holds it for 20 s and the mesh takes its time, so less there. */
export const followMsMax: Record<Way, number> = { direct: 20_000, hub: 12_000 };
/** Waiting at once; who is beyond is answered at once, with what there is. Through the hub a node has eight calls in work in all. */
export const followsMax: Record<Way, number> = { direct: 16, hub: 4 };
/** One event often brings several, and making a view costs. */
const settleMs = 500;

interface Waiting {
  readonly way: Way;
  readonly end: () => void;
}

/** Phones ask and are answered; a question that waits until there is something new is their subscription. One at a time for each phone: a newer one ends it. */
export class Follows {
  readonly #feeds: Readonly<Record<FollowName, Feed<unknown>>>;
  readonly #clock: Clock;
  readonly #waiting = new Map<string, Waiting>();

  constructor(ports: Pick<ApiPorts, 'status' | 'topology' | 'neighbours' | 'radio' | 'network' | 'traffic' | 'rewards' | 'wallet' | 'clock'>) {
    this.#clock = ports.clock;
    this.#feeds = {
      'status.live': ports.status,
      'mesh.live': ports.topology,
      'mesh.neighboursLive': ports.neighbours,
      'radio.live': ports.radio,
      'network.live': ports.network,
      'traffic.live': ports.traffic,
      'rewards.live': ports.rewards.earnings,
      'rewards.wallet.live': ports.wallet.state,
    };
  }

  async next(session: string, way: Way, seen: Seen): Promise<Followed> {
    const names = followNames.filter((name) => seen[name] !== undefined);
    this.#waiting.get(session)?.end();
    if (!this.#differ(names, seen)) await this.#wait(session, way, names, seen);
    return {
      at: this.#clock.wall(),
      feeds: names.map((name) => {
        const value = this.#feeds[name].current();
        const mark = markOf(value);
        return { name, mark, ...(mark !== seen[name] && { value }) };
      }),
    };
  }

  #differ(names: readonly FollowName[], seen: Seen): boolean {
    return names.some((name) => markOf(this.#feeds[name].current()) !== seen[name]);
  }

  async #wait(session: string, way: Way, names: readonly FollowName[], seen: Seen): Promise<void> {
    const clock = this.#clock;
    if ([...this.#waiting.values()].filter((one) => one.way === way).length >= followsMax[way]) return;
    const until = clock.monotonic() + followMsMax[way];
    let [changed, ended, wake] = [false, false, () => {}];
    const pause = (ms: number, done: () => boolean) =>
      new Promise<void>((resolve) => {
        if (ms <= 0 || done()) return resolve();
        const finish = () => {
          cancel();
          wake = () => {};
          resolve();
        };
        const cancel = clock.after(ms, finish);
        wake = () => done() && finish();
      });
    const own: Waiting = {
      way,
      end: () => {
        ended = true;
        wake();
      },
    };
    this.#waiting.set(session, own);
    const offs = names.map((name) =>
      this.#feeds[name].onChange(() => {
        changed = true;
        wake();
      }),
    );
    try {
      for (;;) {
        await pause(until - clock.monotonic(), () => changed || ended);
        if (ended || !changed) return;
        await pause(Math.min(settleMs, until - clock.monotonic()), () => ended);
        changed = false;
        if (this.#differ(names, seen)) return;
      }
    } finally {
      for (const off of offs) off();
      if (this.#waiting.get(session) === own) this.#waiting.delete(session);
    }
  }
}

/** Of all but the instant at which it was read. */
function markOf(value: unknown): string {
  const text = JSON.stringify(value, (key, part: unknown) => (key === 'at' && part === (value as { at?: unknown }).at ? undefined : part));
  return bytesToHex(sha256(utf8ToBytes(text)).subarray(0, 8));
}

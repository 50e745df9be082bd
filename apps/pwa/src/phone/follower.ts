import type { AppRouter } from '@energymesh/agent/router';
import type { inferRouterInputs, inferRouterOutputs } from '@trpc/server';
import type { Line } from './line.ts';
import type { Way } from './ways.ts';

type Seen = inferRouterInputs<AppRouter>['phones']['follow']['seen'];
type Answer = inferRouterOutputs<AppRouter>['phones']['follow'];
export type Followed = Answer & { readonly way: Way['at'] };

/** As tRPC's subscriptions tell what they have. */
export type FeedEvent =
  | { readonly type: 'started' }
  | { readonly type: 'data'; readonly data: unknown }
  | { readonly type: 'state'; readonly state: 'connecting'; readonly error: null };

export interface FollowerPorts {
  /** Rejects when no way led to an answer, or with the signal's reason. */
  readonly ask: (seen: Seen, signal: AbortSignal) => Promise<Followed>;
  /** Returns what ends it. */
  readonly pause: (ms: number, run: () => void) => () => void;
}

/** Between an answer and the next question; through the hub every one is one for the mesh. */
export const restMs = { direct: 1000, hub: 5000 } as const;
/** Where nothing answered, feeds are asked for one by one meanwhile. */
export const againMs = 10_000;
/** A page's feeds are asked for together. */
const gatherMs = 50;
/** As long as the node takes at most: `api/follows.ts`. */
const waitMs = 20_000;

interface Feed {
  readonly tell: Set<(event: FeedEvent) => void>;
  mark: string;
  value: unknown;
}

/** The page's subscriptions to the node: one question at a time for all of them, which waits there until something is new. Ends with the page, and rests while that is not seen. */
export class Follower {
  readonly #ports: FollowerPorts;
  /** As many as the page shows. */
  readonly #feeds = new Map<string, Feed>();
  #asking: AbortController | undefined;
  #cancel: (() => void) | undefined;
  #shown = true;
  #closed = false;

  constructor(ports: FollowerPorts) {
    this.#ports = ports;
  }

  /** Returns the end of it. */
  follow(path: string, tell: (event: FeedEvent) => void): () => void {
    const feed = this.#feeds.get(path) ?? { tell: new Set(), mark: '', value: undefined };
    this.#feeds.set(path, feed);
    feed.tell.add(tell);
    this.#next(gatherMs);
    return () => {
      feed.tell.delete(tell);
      if (feed.tell.size > 0 || this.#feeds.get(path) !== feed) return;
      this.#feeds.delete(path);
      if (this.#feeds.size === 0) this.#rest();
    };
  }

  /** Nobody looks: nothing is asked. */
  show(shown: boolean): void {
    if (shown === this.#shown) return;
    this.#shown = shown;
    if (shown) this.#next(gatherMs);
    else this.#rest();
  }

  close(): void {
    this.#closed = true;
    this.#rest();
  }

  #rest(): void {
    this.#cancel?.();
    this.#asking?.abort();
    this.#asking = undefined;
  }

  #next(ms: number): void {
    this.#rest();
    if (this.#closed || !this.#shown || this.#feeds.size === 0) return;
    this.#cancel = this.#ports.pause(ms, () => void this.#ask());
  }

  async #ask(): Promise<void> {
    const asking = new AbortController();
    this.#asking = asking;
    try {
      const { feeds, way, at } = await this.#ports.ask(Object.fromEntries([...this.#feeds].map(([path, { mark }]) => [path, mark])), asking.signal);
      if (this.#asking !== asking) return;
      for (const { name, mark, value } of feeds) this.#take(name, mark, value, at);
      this.#next(restMs[way]);
    } catch {
      if (this.#asking !== asking) return;
      for (const { tell } of this.#feeds.values()) for (const one of tell) one({ type: 'state', state: 'connecting', error: null });
      this.#next(againMs);
    }
  }

  #take(name: string, mark: string, value: unknown, at: number): void {
    const feed = this.#feeds.get(name);
    if (!feed) return;
    // As it was, and so it is still at this instant.
    if (value !== undefined) feed.value = value;
    else if (typeof feed.value === 'object' && feed.value !== null && 'at' in feed.value) feed.value = { ...feed.value, at };
    feed.mark = mark;
    for (const tell of feed.tell) {
      tell({ type: 'started' });
      if (feed.value !== undefined) tell({ type: 'data', data: feed.value });
    }
  }
}

/** Over the line, by the way it goes. */
export async function askFor(line: Line, seen: Seen, signal: AbortSignal): Promise<Followed> {
  const answer = await line.call('GET', `/trpc/phones.follow?input=${encodeURIComponent(JSON.stringify({ seen }))}`, '', { waitMs, signal });
  if (answer.status !== 200) throw new Error(`answered ${answer.status}`);
  const state = line.state();
  const { result } = JSON.parse(answer.body) as { result: { data: Answer } };
  return { ...result.data, way: state.at === 'up' ? state.way.at : 'hub' };
}

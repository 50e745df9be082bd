/** When the node was last heard and how its clock differs from this browser's. Browser instants in Unix milliseconds. */
export interface ContactState {
  /** When this page began to ask. */
  readonly since: number;
  /** Browser's instant of the last answer of any kind. */
  readonly heardAt: number | undefined;
  /** Browser's instant at which the page was last brought to the front: before it, silence was the browser's. */
  readonly resumedAt: number;
  /** Node's clock less the browser's. */
  readonly offsetMs: number;
  /** No answer for as long as this: the node counts as unreachable. */
  readonly silenceMsMax?: number;
  /** An answer did not carry the session's signature. */
  readonly forged: boolean;
}

/** No answer for as long as this: the node counts as unreachable. It speaks up at least every five seconds. */
export const silenceMsMax = 12_000;

export class Contact {
  readonly #now: () => number;
  readonly #handlers = new Set<() => void>();
  #state: ContactState;

  constructor(now: () => number, silence = silenceMsMax, offsetMs = 0) {
    this.#now = now;
    this.#state = { since: now(), heardAt: undefined, resumedAt: now(), offsetMs, forged: false, silenceMsMax: silence };
  }

  readonly state = (): ContactState => this.#state;

  heard(): void {
    this.#set({ heardAt: this.#now() });
  }

  /** From an answer that carries the node's present time; `askedAt` is when the question went out (browser's clock). */
  tellTime(nodeTime: number, askedAt: number): void {
    const arrived = this.#now();
    const offsetMs = nodeTime - (askedAt + arrived) / 2;
    // Half the round trip is the error of this reading: a difference within it says nothing, and ages must not flicker.
    const noise = Math.max(1000, (arrived - askedAt) / 2);
    this.#set({ heardAt: arrived, ...(Math.abs(offsetMs - this.#state.offsetMs) > noise ? { offsetMs } : {}) });
  }

  resumed(): void {
    this.#set({ resumedAt: this.#now() });
  }

  forged(): void {
    this.#set({ forged: true });
  }

  readonly subscribe = (handler: () => void): (() => void) => {
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
  };

  #set(change: Partial<ContactState>): void {
    this.#state = { ...this.#state, ...change };
    for (const handler of this.#handlers) handler();
  }
}

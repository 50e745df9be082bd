import type { AnswerText, Refusal } from '@energymesh/agent/api/phones/call-text';
import { AnswerForged } from '@energymesh/agent/session-mac';
import { type Ends, seal } from './channel.ts';
import { type DirectFault, type HubFault, NoWay, type Way, type Ways } from './ways.ts';

/** The node answered that it does nothing for this phone. */
export class PhoneRefused extends Error {
  readonly why: Refusal;
  constructor(why: Refusal) {
    super(`The node refused: ${why}.`);
    this.name = 'PhoneRefused';
    this.why = why;
  }
}

/** How this phone stands with a node. */
export type LineState =
  | { readonly at: 'asking' }
  | { readonly at: 'up'; readonly way: Way; readonly direct: DirectFault | undefined }
  | { readonly at: 'down'; readonly direct: DirectFault; readonly hub: HubFault | undefined }
  | { readonly at: 'refused'; readonly why: Refusal };

export interface LineOptions {
  readonly ends: Ends;
  readonly ways: Ways;
  readonly nextCounter: () => Promise<number>;
  readonly offsetMs: number;
  /** The node's clock less this phone's. */
  readonly onHeard: (offsetMs: number) => void;
  readonly now: () => number;
}

export interface Waiting {
  readonly waitMs: number;
  readonly signal: AbortSignal;
}

/** Queries have no effect, so that they may be asked twice. */
const isQuery = (method: string): boolean => method === 'GET';

/** The calls of this phone to one node, and what became of the last. */
export class Line {
  readonly #o: LineOptions;
  readonly #handlers = new Set<() => void>();
  #state: LineState = { at: 'asking' };
  #offsetMs: number;
  /** The next query may make the browser ask whether this page may into the local network. */
  #mayAsk = false;

  constructor(options: LineOptions) {
    this.#o = options;
    this.#offsetMs = options.offsetMs;
  }

  readonly state = (): LineState => this.#state;
  readonly subscribe = (handler: () => void): (() => void) => {
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
  };

  /** Has the browser ask, with the next query. */
  askForLocalNetwork(): void {
    this.#mayAsk = true;
  }

  /** As `fetch` for the tRPC client: one request in, its answer out. Throws NoWay, PhoneRefused or AnswerForged. */
  readonly fetch: typeof globalThis.fetch = async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input, 'http://node');
    const method = init?.method === 'POST' ? 'POST' : 'GET';
    const answer = await this.call(method, url.pathname + url.search, typeof init?.body === 'string' ? init.body : '');
    return new Response(answer.body, { status: answer.status, headers: { 'content-type': 'application/json' } });
  };

  /** `waiting`: the node answers when there is news, or after so long. */
  async call(method: 'GET' | 'POST', path: string, body: string, waiting?: Waiting): Promise<AnswerText> {
    const { ends, nextCounter, now } = this.#o;
    // A second time when the clocks differ: the refusal brings the node's, and nothing was done.
    for (let again = false; ; again = true) {
      const sealed = await seal(ends, { kind: 'call', text: { at: now() + this.#offsetMs, counter: await nextCounter(), method, path, body } });
      const askedAt = now();
      const answer = await this.#send(sealed, isQuery(method), waiting);
      // Half the way there and back; of what waited, the way back is all that is known.
      const offsetMs = answer.at - (waiting ? now() : (askedAt + now()) / 2);
      const drifted = Math.abs(offsetMs - this.#offsetMs) > 2000;
      if (drifted) this.#offsetMs = offsetMs;
      if ((answer.refused === 'clock' || answer.refused === 'replayed') && !again) continue;
      this.#o.onHeard(this.#offsetMs);
      if (answer.refused === undefined) return answer;
      if (answer.refused === 'unknown-phone') this.#set({ at: 'refused', why: answer.refused });
      throw new PhoneRefused(answer.refused);
    }
  }

  async #send(sealed: Awaited<ReturnType<typeof seal>>, twice: boolean, waiting: Waiting | undefined): Promise<AnswerText> {
    const { ways } = this.#o;
    // What waits for news does not stand for a person's wish.
    const ask = waiting === undefined && this.#mayAsk;
    if (ask) this.#mayAsk = false;
    try {
      const { answer, way } = await ways.send(sealed.bytes, { twice, ask, ...waiting });
      const opened = await sealed.open(answer);
      if (!opened) throw new AnswerForged();
      this.#set({ at: 'up', way, direct: way.at === 'hub' ? ways.directFault : undefined });
      return opened;
    } catch (error) {
      if (error instanceof NoWay) this.#set({ at: 'down', direct: error.direct, hub: error.hub });
      throw error;
    }
  }

  #set(state: LineState): void {
    if (JSON.stringify(state) === JSON.stringify(this.#state)) return;
    this.#state = state;
    for (const handler of this.#handlers) handler();
  }
}

import { createHash } from 'node:crypto';
import { RateLimit } from '@energymesh/enrolment';
import type { Clock } from '../clock.ts';

export type CallFault = 'no-call' | 'no-such-node' | 'slow-down' | 'busy' | 'no-answer';
export type CallOutcome =
  | { readonly ok: true; readonly answer: Uint8Array }
  /** `heardAt`: when anything last came from the node; null: never. */
  | { readonly ok: false; readonly fault: CallFault; readonly heardAt?: number | null };

export interface CallsOptions {
  /** Towards the node. Rejects when the broker cannot take it. */
  readonly publish: (node: string, call: Uint8Array) => Promise<void>;
  readonly isMember: (node: string) => boolean;
  readonly heardAt: (node: string) => Promise<number | null | undefined>;
  readonly clock: Pick<Clock, 'now'>;
  readonly after: (ms: number, run: () => void) => () => void;
}

export const callBytesMax = 16 * 1024;
/** Longer nobody waits, and longer it does not wait for a node that is away. */
export const waitMsMax = 20_000;
export const callExpirySeconds = 20;
const pendingMax = 256;
const pendingPerNodeMax = 8;
const tagBytes = 16;
const answeredMax = 2048;

interface Pending {
  readonly node: string;
  readonly settle: (outcome: CallOutcome) => void;
}

/**
 * Calls of phones that wait for their node's answer. What is in them the hub cannot read, and nothing of them can it make: it passes on bytes, and knows
 * an answer by the hash of its call. docs/app.md
 */
export class Calls {
  readonly #o: CallsOptions;
  readonly #pending = new Map<string, Pending>();
  /** When a node last answered a phone; at the bound the one that was first noted is forgotten. */
  readonly #answeredAt = new Map<string, number>();
  readonly #byAddress = new RateLimit({ burst: 60, refillMs: 250 });
  readonly #byPhone = new RateLimit({ burst: 40, refillMs: 250 });
  readonly #byNode = new RateLimit({ burst: 80, refillMs: 125 });

  constructor(options: CallsOptions) {
    this.#o = options;
  }

  get waiting(): number {
    return this.#pending.size;
  }

  async call(node: string, bytes: Uint8Array, address: string): Promise<CallOutcome> {
    const phone = phoneOf(node, bytes);
    if (phone === undefined) return { ok: false, fault: 'no-call' };
    if (!this.#o.isMember(node)) return { ok: false, fault: 'no-such-node' };
    const now = this.#o.clock.now();
    // The address first: what a stranger sends uses up nobody's share but theirs.
    if (this.#byAddress.take(address, now) > 0 || this.#byPhone.take(`${node}/${phone}`, now) > 0 || this.#byNode.take(node, now) > 0)
      return { ok: false, fault: 'slow-down' };
    const tag = createHash('sha256').update(bytes).digest().subarray(0, tagBytes).toString('hex');
    const ofNode = [...this.#pending.values()].filter((pending) => pending.node === node).length;
    if (this.#pending.has(tag) || this.#pending.size >= pendingMax || ofNode >= pendingPerNodeMax) return { ok: false, fault: 'busy' };
    const { promise, resolve } = Promise.withResolvers<CallOutcome>();
    const cancel = this.#o.after(waitMsMax, () => resolve({ ok: false, fault: 'no-answer' }));
    this.#pending.set(tag, { node, settle: resolve });
    try {
      await this.#o.publish(node, bytes).catch(() => resolve({ ok: false, fault: 'busy' }));
      const outcome = await promise;
      return outcome.ok || outcome.fault !== 'no-answer' ? outcome : { ...outcome, heardAt: latest(await this.#o.heardAt(node), this.#answeredAt.get(node)) };
    } finally {
      cancel();
      this.#pending.delete(tag);
    }
  }

  /** An answer out of the mesh. One that nobody waits for, or that another node gave, is dropped. */
  replied(node: string, answer: Uint8Array): void {
    const tag = Buffer.from(answer.subarray(4, 4 + tagBytes)).toString('hex');
    const pending = this.#pending.get(tag);
    if (pending?.node !== node) return;
    this.#answeredAt.delete(node);
    const [first] = this.#answeredAt.keys();
    if (first !== undefined && this.#answeredAt.size >= answeredMax) this.#answeredAt.delete(first);
    this.#answeredAt.set(node, this.#o.clock.now());
    pending.settle({ ok: true, answer });
  }
}

/** Magic, kind, node, phone: docs/app.md "Bytes". Undefined: no call to this node. */
function phoneOf(node: string, bytes: Uint8Array): string | undefined {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.length < 145 || view.length > callBytesMax || view.toString('latin1', 0, 4) !== 'EMP1') return undefined;
  return view.toString('hex', 5, 13) === node ? view.toString('hex', 13, 21) : undefined;
}

const latest = (...instants: readonly (number | null | undefined)[]): number | null => {
  const known = instants.filter((at): at is number => typeof at === 'number');
  return known.length === 0 ? null : Math.max(...known);
};

import type { Millis } from '../units.ts';

const windowMs = 10 * 60_000;
const sightsMax = 3;

/** Own id seen with a foreign incarnation three times in 10 min: somebody runs a copy of this node's card. docs/protocol.md §3.2 */
export class CopiedCard {
  #seenAt: Millis[] = [];
  /** Both copies stay quiet until an operator has looked. */
  quiet = false;

  /** True when this sight is the one that decides. */
  seen(now: Millis): boolean {
    if (this.quiet) return false;
    this.#seenAt = this.#seenAt.filter((at) => at > now - windowMs);
    this.#seenAt.push(now);
    this.quiet = this.#seenAt.length >= sightsMax;
    return this.quiet;
  }
}

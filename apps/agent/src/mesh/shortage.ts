/** A radio that has just come up finds its neighbours within this time; what it does not find then has to be looked for further away. */
const patienceMs = 20_000;

/** Too few neighbours, for longer than finding them takes. docs/protocol.md §3.1 */
export class Shortage {
  #since: number | undefined;
  #lasts = false;

  get lasts(): boolean {
    return this.#lasts;
  }

  /** True when it has just become one that lasts. */
  look(now: number, short: boolean): boolean {
    this.#since = short ? (this.#since ?? now) : undefined;
    const before = this.#lasts;
    this.#lasts = this.#since !== undefined && now - this.#since >= patienceMs;
    return this.#lasts && !before;
  }
}

/** Counters by name; the names are the program's own, never a stranger's. */
export class Counts {
  readonly #counts: Record<string, number> = {};

  add(name: string): void {
    this.#counts[name] = (this.#counts[name] ?? 0) + 1;
  }
  all(): Readonly<Record<string, number>> {
    return this.#counts;
  }
}

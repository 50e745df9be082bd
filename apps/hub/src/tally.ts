/** Counts by reason. Reasons are the program's own words, so the map is bounded by the source. */
export class Tally {
  readonly #counts = new Map<string, number>();
  add(reason: string): void {
    this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + 1);
  }
  view(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }
}

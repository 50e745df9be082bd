import type { Table } from './journal.ts';

const pageBytes = 4096;

/** What a row takes of the reserve: small rows share pages, larger ones take whole overflow pages. */
export function rowBytes(bodyBytes: number): number {
  const bytes = bodyBytes + 96;
  return bytes <= 1024 ? bytes : Math.ceil(bytes / (pageBytes - 64)) * pageBytes;
}

/**
 * Who may fill how much of the reserve. Class 0 and what comes down own a tenth each, which nobody else can take; all share the rest.
 */
export class Quota {
  #capacity = 0;
  readonly #own = new Map<Table, number>();
  readonly #used = new Map<Table, number>();

  /** Before it is opened nothing fits. */
  open(capacityBytes: number): void {
    this.#capacity = capacityBytes;
    for (const table of ['up0', 'down'] as const) this.#own.set(table, Math.floor(capacityBytes / 10));
  }

  get usedBytes(): number {
    let sum = 0;
    for (const bytes of this.#used.values()) sum += bytes;
    return sum;
  }
  get capacityBytes(): number {
    return this.#capacity;
  }

  used(table: Table): number {
    return this.#used.get(table) ?? 0;
  }

  fits(table: Table, bytes: number): boolean {
    if (this.#capacity === 0) return false;
    const own = this.#own.get(table) ?? 0;
    const used = this.used(table);
    if (used + bytes <= own) return true;
    let ownedByAll = 0;
    let shared = 0;
    for (const size of this.#own.values()) ownedByAll += size;
    for (const [of, size] of this.#used) shared += Math.max(0, size - (this.#own.get(of) ?? 0));
    return shared - Math.max(0, used - own) + Math.max(0, used + bytes - own) <= this.#capacity - ownedByAll;
  }

  take(table: Table, bytes: number): void {
    this.#used.set(table, this.used(table) + bytes);
  }

  give(table: Table, bytes: number): void {
    this.#used.set(table, Math.max(0, this.used(table) - bytes));
  }
}

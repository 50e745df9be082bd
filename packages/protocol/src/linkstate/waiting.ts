import type { NodeId } from '../ids.ts';
import { type FloodRecord, recordType } from '../wire/messages.ts';
import { isNewer } from './entry.ts';

interface Waits {
  readonly record: FloodRecord;
  readonly from: NodeId;
}

const types = [recordType.links, recordType.tombstone, recordType.devices] as const;
const keyOf = (type: number, origin: NodeId): string => `${type}${origin}`;

export const waitingMax = 512;
export const waitingPerNeighbourMax = 128;

/**
 * Records whose node's identity is not known yet; one per node and type, the newest.
 * At the neighbour's bound its record is not kept, at the table's the oldest goes: synchronisation brings either again.
 */
export class Waiting {
  readonly #table = new Map<string, Waits>();
  readonly #perNeighbour = new Map<NodeId, number>();

  /** False when it is not kept. */
  put(record: FloodRecord, from: NodeId): boolean {
    const key = keyOf(record.type, record.origin);
    const known = this.#table.get(key);
    if (known && !isNewer(record, known.record)) return true;
    if (known) this.#remove(key, known);
    const held = this.#perNeighbour.get(from) ?? 0;
    if (held >= waitingPerNeighbourMax) return false;
    if (this.#table.size >= waitingMax) {
      const [first, oldest] = this.#table.entries().next().value!;
      this.#remove(first, oldest);
    }
    this.#table.set(key, { record: { ...record, body: record.body.slice(), signature: record.signature.slice() }, from });
    this.#perNeighbour.set(from, (this.#perNeighbour.get(from) ?? 0) + 1);
    return true;
  }

  take(origin: NodeId): Waits[] {
    return types.flatMap((type) => {
      const key = keyOf(type, origin);
      const waits = this.#table.get(key);
      if (!waits) return [];
      this.#remove(key, waits);
      return [waits];
    });
  }

  #remove(key: string, waits: Waits): void {
    this.#table.delete(key);
    const left = (this.#perNeighbour.get(waits.from) ?? 1) - 1;
    if (left > 0) this.#perNeighbour.set(waits.from, left);
    else this.#perNeighbour.delete(waits.from);
  }
}

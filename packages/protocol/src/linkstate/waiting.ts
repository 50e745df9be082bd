import type { NodeId } from '../ids.ts';
import type { FloodRecord } from '../wire/messages.ts';
import { isNewer } from './entry.ts';

interface Waits {
  readonly record: FloodRecord;
  readonly from: NodeId;
}

export const waitingMax = 512;
export const waitingPerNeighbourMax = 128;

/**
 * Links records whose node's identity is not known yet; one per node, the newest.
 * At the neighbour's bound its record is not kept, at the table's the oldest goes: synchronisation brings either again.
 */
export class Waiting {
  readonly #table = new Map<NodeId, Waits>();
  readonly #perNeighbour = new Map<NodeId, number>();

  /** False when it is not kept. */
  put(record: FloodRecord, from: NodeId): boolean {
    const known = this.#table.get(record.origin);
    if (known && !isNewer(record, known.record)) return true;
    if (known) this.#remove(record.origin, known);
    const held = this.#perNeighbour.get(from) ?? 0;
    if (held >= waitingPerNeighbourMax) return false;
    if (this.#table.size >= waitingMax) {
      const [origin, oldest] = this.#table.entries().next().value!;
      this.#remove(origin, oldest);
    }
    this.#table.set(record.origin, { record: { ...record, body: record.body.slice(), signature: record.signature.slice() }, from });
    this.#perNeighbour.set(from, (this.#perNeighbour.get(from) ?? 0) + 1);
    return true;
  }

  take(origin: NodeId): Waits[] {
    const waits = this.#table.get(origin);
    if (!waits) return [];
    this.#remove(origin, waits);
    return [waits];
  }

  #remove(origin: NodeId, waits: Waits): void {
    this.#table.delete(origin);
    const left = (this.#perNeighbour.get(waits.from) ?? 1) - 1;
    if (left > 0) this.#perNeighbour.set(waits.from, left);
    else this.#perNeighbour.delete(waits.from);
  }
}

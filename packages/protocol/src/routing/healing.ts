import type { NodeId } from '../ids.ts';
import type { Millis } from '../units.ts';
import type { RouteChange } from './routes.ts';

const lostMax = 1024;
/** Shorter absences are reroutes, not partitions. */
const partedMsMin = 2000;
const partsMax = 64;

/** Tells when nodes that were reachable once, and then were not for a while, are so again. At the bound the oldest losses are forgotten. */
export class Healing {
  readonly #lostAt = new Map<NodeId, Millis>();

  changed(now: Millis, change: RouteChange): NodeId[] {
    const parts: NodeId[] = [];
    for (const node of change.gained) {
      const lostAt = this.#lostAt.get(node);
      if (lostAt === undefined) continue;
      this.#lostAt.delete(node);
      if (now - lostAt >= partedMsMin && parts.length < partsMax) parts.push(node);
    }
    for (const node of change.lost) {
      this.#lostAt.set(node, now);
      if (this.#lostAt.size > lostMax) this.#lostAt.delete(this.#lostAt.keys().next().value!);
    }
    return parts;
  }
}

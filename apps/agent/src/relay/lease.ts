import type { NodeId } from '@energymesh/protocol';
import type { Clock } from '../ports.ts';

export interface Lease {
  readonly node: NodeId;
  readonly counter: number;
  readonly filters: readonly string[];
  /** Monotonic milliseconds. */
  readonly until: number;
}

/** Nodes whose sessions a gateway holds at once; one more is refused and stays with its former gateway. */
const leasesMax = 1024;
/** Counters remembered of nodes that left, so that an old attach of theirs is known as old. */
const countersMax = 8192;
/** A node renews every 60 s: longer than this nobody need ask for. */
const leaseSecondsMax = 600;

/** Which nodes have asked this gateway to hold their sessions at the backend: the highest counter wins, a lease lapses unrenewed. mesh.md "Custody, down" */
export class LeaseTable {
  readonly #clock: Clock;
  readonly #leases = new Map<NodeId, Lease>();
  readonly #counters = new Map<NodeId, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get(node: NodeId): Lease | undefined {
    return this.#leases.get(node);
  }
  all(): readonly Lease[] {
    return [...this.#leases.values()];
  }

  attach(node: NodeId, counter: number, leaseSeconds: number, filters: readonly string[]): 'held' | 'stale' | 'full' {
    if (counter <= (this.#counters.get(node) ?? -1)) return 'stale';
    if (!this.#leases.has(node) && this.#leases.size >= leasesMax) return 'full';
    this.#remember(node, counter);
    this.#leases.set(node, { node, counter, filters, until: this.#clock.monotonic() + Math.min(leaseSeconds, leaseSecondsMax) * 1000 });
    return 'held';
  }

  /** True when the lease ended by it. */
  detach(node: NodeId, counter: number): boolean {
    if (counter <= (this.#counters.get(node) ?? -1)) return false;
    this.#remember(node, counter);
    return this.#leases.delete(node);
  }

  /** Another gateway has it now: gone until the node attaches again. */
  drop(node: NodeId): void {
    this.#leases.delete(node);
  }

  /** Ends those that nobody renewed. */
  lapse(): NodeId[] {
    const now = this.#clock.monotonic();
    const lapsed = [...this.#leases.values()].filter(({ until }) => until <= now).map(({ node }) => node);
    for (const node of lapsed) this.#leases.delete(node);
    return lapsed;
  }

  #remember(node: NodeId, counter: number): void {
    this.#counters.delete(node);
    this.#counters.set(node, counter);
    if (this.#counters.size <= countersMax) return;
    for (const old of this.#counters.keys()) {
      if (this.#leases.has(old)) continue;
      this.#counters.delete(old);
      break;
    }
  }
}

import type { NodeId } from '../ids.ts';
import type { Graph } from '../routing/graph.ts';
import { localTree, type Way } from './lmst.ts';

export interface CoreOptions {
  readonly self: NodeId;
  readonly graph: Graph;
  /** Agreed cost in 1/100 ms; 0 while a link is not measured. */
  readonly links: () => Iterable<{ readonly node: NodeId; readonly cost: number }>;
}

/**
 * The links on which news is flooded: those in the local minimum spanning tree, and those not measured yet. Every edge of the community's minimum
 * spanning tree is in the local tree of both its ends, so what is flooded on the links that both ends count reaches everybody. docs/protocol.md §5.5
 * Computed when asked for, after a change only.
 */
export class Core {
  readonly #o: CoreOptions;
  #core: ReadonlySet<NodeId> | undefined;

  constructor(options: CoreOptions) {
    this.#o = options;
  }

  /** A link of this node or of a neighbour is another one. */
  changed(): void {
    this.#core = undefined;
  }

  /** As this end sees it. */
  has(node: NodeId): boolean {
    return this.#links().has(node);
  }

  #links(): ReadonlySet<NodeId> {
    if (this.#core) return this.#core;
    const ways: Way[] = [];
    const fresh: NodeId[] = [];
    for (const { node, cost } of this.#o.links()) {
      if (cost > 0) ways.push({ node, cost });
      else fresh.push(node);
    }
    const core = localTree(this.#o.self, ways, this.#o.graph);
    for (const node of fresh) core.add(node);
    this.#core = core;
    return core;
  }
}

import type { Incarnation, NodeId } from '../ids.ts';
import type { RouteView, Surroundings } from '../parts.ts';
import type { PairKeys } from '../ports.ts';

/** Nodes whose keys are kept; at the bound those asked for longest ago are derived anew when wanted. */
const nodesMax = 1024;

interface Held {
  readonly incarnation: Incarnation;
  readonly keys: PairKeys;
}

/** Pair keys with other nodes, of their present incarnation and the one before: docs/protocol.md §9.1. Deriving costs an X25519 operation, so they are kept. */
export class KeyRing {
  readonly #s: Surroundings;
  readonly #routes: RouteView;
  readonly #held = new Map<NodeId, Held[]>();

  constructor(surroundings: Surroundings, routes: RouteView) {
    this.#s = surroundings;
    this.#routes = routes;
  }

  /** With the incarnation that is advertised now. */
  present(node: NodeId): Held | undefined {
    const advertised = this.#routes.agreement(node);
    if (!advertised) return undefined;
    const keys = this.of(node, advertised.incarnation);
    return keys && { incarnation: advertised.incarnation, keys };
  }

  /** With that very incarnation; undefined while its agreement key is not known. */
  of(node: NodeId, incarnation: Incarnation): PairKeys | undefined {
    const held = this.#held.get(node);
    const known = held?.find((h) => h.incarnation === incarnation);
    if (known) return known.keys;
    const advertised = this.#routes.agreement(node);
    if (advertised?.incarnation !== incarnation) return undefined;
    const keys = this.#s.ports.crypto.pairKeys(
      { node: this.#s.self, incarnation: this.#s.incarnation },
      { node, incarnation, agreementKey: advertised.agreementKey },
    );
    this.#held.delete(node);
    this.#held.set(node, [{ incarnation, keys }, ...(held ?? []).slice(0, 1)]);
    if (this.#held.size > nodesMax) this.#held.delete(this.#held.keys().next().value!);
    return keys;
  }

  isNewer(node: NodeId, incarnation: Incarnation): boolean {
    const advertised = this.#routes.agreement(node);
    return !advertised || incarnation > advertised.incarnation;
  }
}

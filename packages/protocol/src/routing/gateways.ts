import type { NodeId } from '../ids.ts';
import type { GatewayOffer } from '../io.ts';

export interface ReachableGateway {
  readonly node: NodeId;
  readonly offer: GatewayOffer;
  readonly costMs: number;
}

/** What a full gateway costs beyond an idle one, in milliseconds of path. */
const fullLoadMs = 100;
const switchShare = 0.25;
const switchMs = 5;

/** Path, the gateway's own way to the backend, and its load, in milliseconds. docs/protocol.md §5.8 */
export const gatewayScoreMs = (g: ReachableGateway): number => g.costMs + g.offer.backendMs + (g.offer.load / 255) * fullLoadMs;

/** Best first; ties by id, so that every node with the same view agrees. */
export function rankGateways(gateways: ReachableGateway[]): ReachableGateway[] {
  return gateways.sort((a, b) => gatewayScoreMs(a) - gatewayScoreMs(b) || (a.node < b.node ? -1 : 1));
}

/** Sticky: leaves a reachable gateway only for one that is better by 25 % and 5 ms, since a change costs order and reordering at the far end. */
export function chooseGateway(current: NodeId | undefined, ranked: readonly ReachableGateway[]): NodeId | undefined {
  const best = ranked[0];
  if (!best) return undefined;
  const kept = ranked.find((g) => g.node === current);
  if (!kept) return best.node;
  return gatewayScoreMs(best) < gatewayScoreMs(kept) * (1 - switchShare) - switchMs ? best.node : kept.node;
}

import type { NodeId } from '@energymesh/protocol';
import type { World } from './world.ts';

/**
 * Follows every node's next hop towards its gateway. A circle seen in two looks in a row is a loop: a circle between two
 * tables that differ for a moment is what hop limits are for, one that stays is a defect.
 */
export class LoopChecker {
  #before = new Set<string>();
  loops = 0;

  look(world: World): void {
    const next = new Map<NodeId, NodeId>();
    const goals = new Map<NodeId, NodeId>();
    for (const sim of world.nodes) {
      const topology = sim.mesh?.topology();
      if (!topology?.gateway || topology.path.length < 2) continue;
      goals.set(sim.identity.node, topology.gateway);
      next.set(sim.identity.node, topology.path[1]!);
    }
    const circles = new Set<string>();
    for (const [start, goal] of goals) {
      const visited = new Set<NodeId>();
      let at: NodeId | undefined = start;
      while (at && at !== goal && goals.get(at) === goal) {
        if (visited.has(at)) {
          circles.add(circleOf(at, next));
          break;
        }
        visited.add(at);
        at = next.get(at);
      }
    }
    for (const circle of circles) if (this.#before.has(circle)) this.loops++;
    this.#before = circles;
  }
}

function circleOf(start: NodeId, next: ReadonlyMap<NodeId, NodeId>): string {
  const members: NodeId[] = [];
  let at: NodeId | undefined = start;
  do {
    members.push(at!);
    at = next.get(at!);
  } while (at && at !== start);
  return members.sort().join(' ');
}

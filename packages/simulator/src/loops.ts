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
    const circles = new Set<string>();
    for (const goal of new Set(world.nodes.map((n) => n.mesh?.gateway()))) if (goal) this.#towards(world, goal, circles);
    for (const circle of circles) if (this.#before.has(circle)) this.loops++;
    this.#before = circles;
  }

  /** Every node is walked over once: what led to the goal, or into a known circle, is not followed again. */
  #towards(world: World, goal: NodeId, circles: Set<string>): void {
    const done = new Set<NodeId>([goal]);
    for (const { identity } of world.nodes) {
      const walk: NodeId[] = [];
      let at: NodeId | undefined = identity.node;
      while (at && !done.has(at)) {
        done.add(at);
        walk.push(at);
        at = world.byId(at)?.mesh?.nextHop(goal);
      }
      const start = at ? walk.indexOf(at) : -1;
      if (start >= 0) circles.add(`${goal}: ${walk.slice(start).sort().join(' ')}`);
    }
  }
}

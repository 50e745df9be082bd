import { expect, it } from 'vitest';
import { nodeIdOf, seededMesh } from '../../dev/seeded-mesh.ts';
import type { Quality, TopologyView } from '../live/model.ts';
import { reachOf, usualReach } from './reach.ts';

const village = seededMesh({ nodes: 24, gateways: 2, offline: 1, seed: 7, at: 0, positions: true });
const [a, b, c, d] = [0, 1, 2, 3].map(nodeIdOf) as [string, string, string, string];
/** North of the first by so many metres; undefined: it has told no place. */
function line(
  metres: readonly (number | undefined)[],
  links: readonly (readonly [string, string, Quality?, Quality?])[],
): Pick<TopologyView, 'nodes' | 'edges'> {
  return {
    nodes: metres.map((north, i) => {
      const { position: _, ...node } = { ...village.nodes[0]!, id: nodeIdOf(i), online: true };
      return north === undefined ? node : { ...node, position: { lat: 47 + north / 111_320, lon: 8 } };
    }),
    edges: links.map(([from, to, qualityA, qualityB]) => ({
      a: from,
      b: to,
      stale: false,
      ...(qualityA ? { qualityA } : {}),
      ...(qualityB ? { qualityB } : {}),
    })),
  };
}

it('a node reaches as far as its furthest neighbour hears it, well as far as one hears it well', () => {
  const reach = reachOf(
    line(
      [0, 200, -400],
      [
        // How a hears b, then how b hears a.
        [a, b, 'poor', 'strong'],
        [a, c, 'good', 'weak'],
      ],
    ),
  );
  expect(reach.get(a)).toEqual({ metres: expect.closeTo(400, 0), by: c, well: { metres: expect.closeTo(200, 0), by: b } });
  expect(reach.get(b)).toEqual({ metres: expect.closeTo(200, 0), by: a, well: undefined });
  expect(reach.get(c)?.well?.by).toBe(a);
});

it('long links, those in one spot, stale ones and nodes without a place tell nothing', () => {
  const links = [
    [a, b, 'strong', 'strong'],
    [a, c, 'strong', 'strong'],
    [a, d, 'strong', 'strong'],
    [b, c, 'strong'],
  ] as const;
  expect(reachOf(line([0, 1400, undefined, 1], links)).size).toBe(0);
});

it('what is usual is told when enough of them are measured', () => {
  expect(usualReach(reachOf(line([0, 100], [[a, b, 'good', 'good']])))).toBeUndefined();
  const reach = reachOf(village);
  expect(reach.size).toBeGreaterThan(20);
  const usual = usualReach(reach)!;
  const further = [...reach.values()].filter(({ metres }) => metres > usual).length;
  expect(Math.abs(further - reach.size / 2)).toBeLessThanOrEqual(1);
});

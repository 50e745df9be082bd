import { describe, expect, it } from 'vitest';
import { seededMesh } from '../../dev/seeded-mesh.ts';
import { find, groupsOf } from './groups.ts';
import { findWays } from './ways.ts';

const mesh = seededMesh({ nodes: 24, gateways: 2, offline: 1, seed: 7, at: 0, positions: true });

describe('the list twin', () => {
  const groups = groupsOf(mesh, findWays(mesh));

  it('holds every node of the map once', () => {
    const listed = groups.flatMap((group) => group.rows.map((row) => row.node.id));
    expect(listed.toSorted()).toEqual(mesh.nodes.map((node) => node.id).toSorted());
  });

  it('has gateways first, then by hops, offline last', () => {
    expect(groups[0]?.kind).toBe('gateways');
    expect(groups.at(-1)?.kind).toBe('offline');
    const hops = groups.filter((group) => group.kind === 'hops').map((group) => group.hops);
    expect(hops).toEqual(hops.toSorted((a, b) => a - b));
  });

  it('says through whom each goes out, and how well it is heard there', () => {
    for (const row of groups.filter((group) => group.kind === 'hops').flatMap((group) => group.rows)) {
      expect(row.through).toBeTruthy();
      expect(row.quality).toBeTruthy();
      expect(row.costMs).toBeGreaterThan(0);
    }
  });
});

describe('finding a node', () => {
  it('takes the beginning of a name before its middle, in any case and without accents', () => {
    const [node] = mesh.nodes;
    const nodes = [
      { ...node!, id: '1'.repeat(16), name: 'Old Müller House' },
      { ...node!, id: '2'.repeat(16), name: 'Muller Lane 3' },
    ];
    expect(find(nodes, 'mull').map((found) => found.name)).toEqual(['Muller Lane 3', 'Old Müller House']);
    expect(find(nodes, '1111').map((found) => found.name)).toEqual(['Old Müller House']);
    expect(find(nodes, '   ')).toEqual([]);
    expect(find(nodes, 'nobody')).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { nodeIdOf, seededMesh } from '../../dev/seeded-mesh.ts';
import type { TopologyView } from '../live/model.ts';
import { placeLayout, scaleBar } from './layout-place.ts';

const village = seededMesh({ nodes: 24, gateways: 2, offline: 1, seed: 7, at: 0, positions: true });
const [first] = village.nodes;
const at = (...positions: (readonly [lat: number, lon: number] | undefined)[]): Pick<TopologyView, 'nodes'> => ({
  nodes: positions.map((position, i) => {
    const { position: _, ...node } = { ...first!, id: nodeIdOf(i) };
    return position ? { ...node, position: { lat: position[0], lon: position[1] } } : node;
  }),
});

describe('nodes where they really stand', () => {
  it('are as far from each other as on the ground, north up', () => {
    const { places, metres } = placeLayout(at([47.37, 8.54], [47.38, 8.54], [47.37, 8.55]))!;
    const between = (a: number, b: number) => {
      const [p, q] = [places[nodeIdOf(a)]!, places[nodeIdOf(b)]!];
      return Math.hypot(p[0] - q[0], p[1] - q[1]) * metres;
    };
    expect(between(0, 1)).toBeCloseTo(1113, -1);
    // A degree of longitude is shorter this far north.
    expect(between(0, 2)).toBeCloseTo(1113 * Math.cos((47.37 * Math.PI) / 180), -1);
    expect(places[nodeIdOf(1)]![1]).toBeLessThan(places[nodeIdOf(0)]![1]);
    expect(places[nodeIdOf(2)]![0]).toBeGreaterThan(places[nodeIdOf(0)]![0]);
  });

  it('fill what they take up and no more', () => {
    const { places, extent } = placeLayout(village)!;
    expect(Math.max(extent.x, extent.y)).toBe(1);
    for (const [x, y] of Object.values(places)) {
      expect(Math.abs(x)).toBeLessThanOrEqual(extent.x + 1e-4);
      expect(Math.abs(y)).toBeLessThanOrEqual(extent.y + 1e-4);
    }
  });

  it('across the date line are neighbours', () => {
    expect(placeLayout(at([-17, 179.999], [-17, -179.999]))!.metres).toBeLessThan(200);
  });

  it('without a place, or with one on another continent, stand in a row below', () => {
    const { places, without, metres } = placeLayout(at([47.37, 8.54], [47.38, 8.55], undefined, [7.37, 8.54]))!;
    expect(without).toEqual([nodeIdOf(2), nodeIdOf(3)]);
    expect(metres).toBeLessThan(1000);
    for (const id of without) expect(places[id]![1]).toBeGreaterThan(1);
  });

  it('all in one house are not blown up', () => {
    const { metres, places } = placeLayout(at([47.37, 8.54], [47.370001, 8.54]))!;
    expect(metres).toBe(30);
    expect(Math.abs(places[nodeIdOf(0)]![1])).toBeLessThan(0.01);
  });

  it('are none when fewer than two have a place', () => {
    expect(placeLayout(at([47.37, 8.54], undefined))).toBeUndefined();
    expect(placeLayout(at())).toBeUndefined();
  });
});

it('the bar of the scale is a round length', () => {
  expect([0.3, 7, 130, 260, 999, 1000, 5600].map((metres) => scaleBar(metres).text)).toEqual(['1 m', '5 m', '100 m', '200 m', '500 m', '1 km', '5 km']);
});

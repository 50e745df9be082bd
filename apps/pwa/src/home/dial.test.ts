import { describe, expect, it } from 'vitest';
import type { Neighbour, TopologyView } from '../live/model.ts';
import { advice, nameRows, stationsOf } from './dial.ts';

const self = '0'.repeat(16);
const id = (n: number) => String(n).repeat(16);
const neighbour = (n: number, quality: Neighbour['quality'], costMs: number): Neighbour => ({
  id: id(n),
  name: `N${n}`,
  multiHop: false,
  segment: 's',
  upSince: 0,
  lastHeard: 0,
  latencyMs: costMs,
  costMs,
  quality,
  bytesIn: 0,
  bytesOut: 0,
  queues: [],
});
const topology = (heard: Record<number, { quality: Neighbour['quality']; costMs: number }>): TopologyView => ({
  at: 0,
  self,
  path: [],
  nodes: [{ id: id(2), name: 'N2', self: false, gateway: true, online: true, lastSeen: 0, devices: 0 }],
  edges: Object.entries(heard).map(([n, { quality, costMs }]) => ({ a: self, b: id(Number(n)), qualityB: quality, costBMs: costMs, stale: false })),
});

describe('stations on the dial', () => {
  it('stand in the quarter of their word, the cheaper nearer', () => {
    const stations = stationsOf([neighbour(1, 'weak', 60), neighbour(2, 'strong', 3), neighbour(3, 'strong', 8)], undefined);
    expect(stations.map((station) => station.name)).toEqual(['N2', 'N3', 'N1']);
    expect(stations.map((station) => Math.floor(station.us * 4))).toEqual([0, 0, 2]);
    expect(stations.every((station) => station.them === undefined)).toBe(true);
  });

  it('of equal cost share a place that stays inside their quarter', () => {
    const [a, b] = stationsOf([neighbour(1, 'poor', 90), neighbour(2, 'poor', 90)], undefined);
    expect(a?.us).toBe(b?.us);
    expect(a?.us).toBeLessThan(1);
  });

  it('show how they hear us, and which of them to do something about', () => {
    const stations = stationsOf(
      [neighbour(1, 'strong', 3), neighbour(2, 'strong', 4)],
      topology({ 1: { quality: 'good', costMs: 9 }, 2: { quality: 'weak', costMs: 50 } }),
    );
    expect(stations.map((station) => station.heard)).toEqual(['good', 'weak']);
    expect(stations[1]?.gateway).toBe(true);
    expect(advice(stations)).toMatchObject({ what: 'they-hear-poorly', station: { name: 'N2' } });
    expect(advice(stations.slice(0, 1))).toBeUndefined();
  });
});

it('names get rows of their own where they would meet', () => {
  const rows = nameRows([20, 40, 300], [80, 60, 70], 328);
  expect(rows.map((name) => name.row)).toEqual([1, 0, 0]);
  expect(rows[2]?.left).toBe(258);
});

import { gzipSync } from 'node:zlib';
import { PbfWriter } from 'pbf';
import { zxyToTileId } from 'pmtiles';
import { random } from './seeded-mesh.ts';

/** Simulated: an invented village as a PMTiles archive with Protomaps' layers, written here byte by byte. For looking at the dashboard, and for tests. */
type Geometry = 'point' | 'line' | 'area';
type LonLat = readonly [lon: number, lat: number];
export interface Feature {
  readonly layer: string;
  readonly geometry: Geometry;
  readonly points: readonly LonLat[];
  readonly properties: Readonly<Record<string, string>>;
}

const extent = 4096;
const magic = 'PMTiles\u0003';

/** An archive of these features, in every tile that they touch. */
export function archiveOf(features: readonly Feature[], zooms: { readonly from: number; readonly to: number }): Uint8Array {
  const tiles: { id: number; bytes: Uint8Array }[] = [];
  for (let z = zooms.from; z <= zooms.to; z++) {
    const byTile = new Map<string, { x: number; y: number; features: Feature[] }>();
    for (const feature of features) {
      const points = feature.points.map((point) => inTiles(point, z));
      const [xs, ys] = [points.map(([x]) => Math.floor(x)), points.map(([, y]) => Math.floor(y))];
      for (let x = Math.min(...xs); x <= Math.max(...xs); x++) {
        for (let y = Math.min(...ys); y <= Math.max(...ys); y++) {
          const tile = byTile.get(`${x} ${y}`) ?? { x, y, features: [] };
          byTile.set(`${x} ${y}`, tile);
          tile.features.push(feature);
        }
      }
    }
    for (const { x, y, features: inside } of byTile.values()) tiles.push({ id: zxyToTileId(z, x, y), bytes: gzipSync(tileOf(inside, z, x, y)) });
  }
  tiles.sort((a, b) => a.id - b.id);
  return pack(tiles, zooms);
}

function inTiles([lon, lat]: LonLat, z: number): [number, number] {
  const y = (1 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / Math.PI) / 2;
  return [((lon + 180) / 360) * 2 ** z, y * 2 ** z];
}

/** https://github.com/mapbox/vector-tile-spec/tree/master/2.1 */
function tileOf(features: readonly Feature[], z: number, tileX: number, tileY: number): Uint8Array {
  const tile = new PbfWriter();
  for (const [name, inside] of Map.groupBy(features, ({ layer }) => layer)) {
    const [keys, values] = [new Map<string, number>(), new Map<string, number>()];
    const index = (of: Map<string, number>, key: string): number => {
      if (!of.has(key)) of.set(key, of.size);
      return of.get(key) ?? 0;
    };
    tile.writeMessage(
      3,
      (_, layer) => {
        layer.writeVarintField(15, 2);
        layer.writeStringField(1, name);
        for (const { geometry, points, properties } of inside) {
          const tags = Object.entries(properties).flatMap(([key, value]) => [index(keys, key), index(values, value)]);
          layer.writeMessage(
            2,
            (_, feature) => {
              feature.writePackedVarint(2, tags);
              feature.writeVarintField(3, { point: 1, line: 2, area: 3 }[geometry]);
              feature.writePackedVarint(4, commands(geometry, points, z, tileX, tileY));
            },
            undefined,
          );
        }
        for (const key of keys.keys()) layer.writeStringField(3, key);
        for (const value of values.keys()) layer.writeMessage(4, (_, message) => message.writeStringField(1, value), undefined);
        layer.writeVarintField(5, extent);
      },
      undefined,
    );
  }
  return tile.finish();
}

function commands(geometry: Geometry, points: readonly LonLat[], z: number, tileX: number, tileY: number): number[] {
  const steps: number[] = [];
  let [x, y] = [0, 0];
  for (const point of points) {
    const [px, py] = inTiles(point, z);
    const [nextX, nextY] = [Math.round((px - tileX) * extent), Math.round((py - tileY) * extent)];
    steps.push(zigzag(nextX - x), zigzag(nextY - y));
    [x, y] = [nextX, nextY];
  }
  const [moveTo, lineTo, close] = [1, 2, 7];
  if (geometry === 'point') return [moveTo | (1 << 3), ...steps];
  return [moveTo | (1 << 3), ...steps.slice(0, 2), lineTo | ((points.length - 1) << 3), ...steps.slice(2), ...(geometry === 'area' ? [close | (1 << 3)] : [])];
}
const zigzag = (value: number): number => (value << 1) ^ (value >> 31);

/** https://github.com/protomaps/PMTiles/blob/main/spec/v3/spec.md: header, one directory, metadata, tiles. */
function pack(tiles: readonly { id: number; bytes: Uint8Array }[], zooms: { from: number; to: number }): Uint8Array {
  const directory = new PbfWriter();
  directory.writeVarint(tiles.length);
  for (const [i, { id }] of tiles.entries()) directory.writeVarint(id - (tiles[i - 1]?.id ?? 0));
  for (const _ of tiles) directory.writeVarint(1);
  for (const { bytes } of tiles) directory.writeVarint(bytes.length);
  // 0: right behind the one before.
  for (const [i] of tiles.entries()) directory.writeVarint(i === 0 ? 1 : 0);
  const root = gzipSync(directory.finish());
  const metadata = gzipSync('{"attribution":"an invented village"}');
  const data = Buffer.concat(tiles.map(({ bytes }) => bytes));
  const header = Buffer.alloc(127);
  header.write(magic, 'latin1');
  const sections = [
    127,
    root.length,
    127 + root.length,
    metadata.length,
    127 + root.length + metadata.length,
    0,
    127 + root.length + metadata.length,
    data.length,
  ];
  for (const [i, value] of [...sections, tiles.length, tiles.length, tiles.length].entries()) header.writeBigUInt64LE(BigInt(value), 8 + i * 8);
  // Clustered; gzip inside and in tiles; vector tiles.
  header.set([1, 2, 2, 1, zooms.from, zooms.to], 96);
  return new Uint8Array(Buffer.concat([header, root, metadata, data]));
}

/** Streets, houses, a river, a wood and names around a point. */
export function villageAround(lat: number, lon: number, halfKilometres = 1.6): Uint8Array {
  const next = random(5);
  const at = (x: number, y: number): LonLat => [lon + x / 111.32 / Math.cos((lat * Math.PI) / 180), lat + y / 111.32];
  const half = halfKilometres;
  const features: Feature[] = [];
  const add = (layer: string, geometry: Geometry, kind: string, points: readonly (readonly [number, number])[], name?: string) =>
    features.push({ layer, geometry, points: points.map(([x, y]) => at(x, y)), properties: { kind, ...(name ? { name } : {}) } });
  const box = (x: number, y: number, w: number, h: number) => [[x, y] as const, [x + w, y] as const, [x + w, y - h] as const, [x, y - h] as const];
  add('earth', 'area', 'earth', box(-half * 1.5, half * 1.5, half * 3, half * 3));
  const bank = Array.from({ length: 25 }, (_, i) => [-half * 1.5 + (i * half * 3) / 24, Math.sin(i / 3.5) * half * 0.3 - half * 0.15] as const);
  add('water', 'area', 'river', [...bank, ...bank.toReversed().map(([x, y]) => [x, y - 0.09] as const)]);
  add('landuse', 'area', 'forest', [
    [-half, half],
    [-half * 0.3, half * 1.2],
    [-half * 0.4, half * 0.5],
    [-half * 0.9, half * 0.35],
  ]);
  add('landuse', 'area', 'park', box(half * 0.35, -half * 0.35, half * 0.5, half * 0.35));
  const names = ['Mill Lane', 'Orchard Street', 'Church Row', 'Meadow Way', 'Hill Farm Road', 'Quarry Lane', 'Bridge Street', 'Weir Path', 'Station Road'];
  for (let i = -4; i <= 4; i++) {
    const bend = (t: number) => Math.sin(t * 1.7 + i) * 0.05;
    const across = Array.from({ length: 13 }, (_, k) => [-half + (k * half) / 6, (i * half) / 4.5 + bend(k / 3)] as const);
    const down = Array.from({ length: 13 }, (_, k) => [(i * half) / 4.5 + bend(k / 2), -half + (k * half) / 6] as const);
    add('roads', 'line', i === 0 ? 'major_road' : 'minor_road', across, names[i + 4]);
    add('roads', 'line', i === 1 ? 'major_road' : i % 2 === 0 ? 'minor_road' : 'path', down, `${names[(i + 6) % 9]} ${i + 5}`);
  }
  add(
    'roads',
    'line',
    'highway',
    [
      [-half * 1.4, half * 0.9],
      [0, half * 0.72],
      [half * 1.4, half * 1.1],
    ],
    'A 4',
  );
  add('roads', 'line', 'rail', [
    [-half * 1.4, -half * 0.7],
    [half * 0.2, -half * 0.62],
    [half * 1.4, -half * 0.9],
  ]);
  for (let i = 0; i < 900; i++) {
    const [x, y, w, h] = [(next() * 2 - 1) * half * 0.95, (next() * 2 - 1) * half * 0.95, 0.008 + next() * 0.012, 0.007 + next() * 0.01];
    add('buildings', 'area', 'building', box(x, y, w, h));
  }
  add('places', 'point', 'locality', [[half * 0.05, half * 0.18]], 'Millbrook');
  add('places', 'point', 'neighbourhood', [[-half * 0.55, -half * 0.45]], 'Lower Weir');
  return archiveOf(features, { from: 11, to: 15 });
}

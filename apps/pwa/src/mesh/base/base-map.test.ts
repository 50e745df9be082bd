import type { Source } from 'pmtiles';
import { describe, expect, it } from 'vitest';
import { archiveOf, type Feature, villageAround } from '../../../dev/base-map.ts';
import type { Box } from '../draw/spots.ts';
import type { Palette } from '../draw/view.ts';
import { rectOf, tilesOver, zoomFor } from './ground.ts';
import { paintBase } from './paint.ts';
import { shapesOf } from './shapes.ts';
import { type NoSuchMap, Tiles } from './tiles.ts';

const [lat, lon] = [47.37, 8.54];
const earth = { lat, lon, metres: 1000, metresPerLon: 111_320 * Math.cos((lat * Math.PI) / 180) };

/** An archive in memory, and a way to wait for what was asked of it. */
async function opened(bytes: Uint8Array, monotonic = () => 0) {
  let fail = false;
  let reads = 0;
  const source: Source = {
    getKey: () => 'memory',
    getBytes: async (offset, length) => {
      reads++;
      if (fail) throw new Error('the node does not answer');
      return { data: bytes.slice(offset, offset + length).buffer as ArrayBuffer };
    },
  };
  let came = () => {};
  const tiles = await Tiles.open({ source, monotonic, onCame: () => came() });
  const next = () => new Promise<void>((resolve) => (came = resolve));
  return { tiles, next, breakIt: (broken: boolean) => (fail = broken), reads: () => reads };
}

/** Asks until nothing is missing any more. */
async function whole({ tiles, next }: Awaited<ReturnType<typeof opened>>, wanted: Parameters<Tiles['get']>[0]) {
  for (;;) {
    const came = next();
    const got = tiles.get(wanted);
    if (got.whole) return got.here;
    await came;
  }
}

describe('the ground under a map by place', () => {
  it('tiles meet at their edges, and lie where their corner is on earth', () => {
    const [a, b] = [rectOf(earth, { z: 15, x: 17161, y: 11476 }), rectOf(earth, { z: 15, x: 17162, y: 11477 })];
    expect([b.left, b.top]).toEqual([a.right, a.bottom]);
    // At 47 degrees a tile of zoom 15 is 828 m wide, and as high.
    expect((a.right - a.left) * earth.metres).toBeCloseTo(828, 0);
    expect((a.bottom - a.top) * earth.metres).toBeCloseTo(828, -1);
  });

  it('the tiles of a stage cover it, in the zoom that its scale wants', () => {
    const stage = { left: -1, top: -1, right: 1, bottom: 1 };
    const z = zoomFor(earth, 2000 / 1024);
    expect(z).toBe(15);
    const rects = tilesOver(earth, stage, z, 64).map((tile) => rectOf(earth, tile));
    expect(Math.min(...rects.map(({ left }) => left))).toBeLessThanOrEqual(-1);
    expect(Math.max(...rects.map(({ bottom }) => bottom))).toBeGreaterThanOrEqual(1);
    expect(tilesOver(earth, stage, 20, 64)).toEqual([]);
  });
});

describe('the tiles of a file', () => {
  const wanted = tilesOver(earth, { left: -1, top: -1, right: 1, bottom: 1 }, 15, 64);

  it('come some at a time, are kept, and where there are none nothing is asked again', async () => {
    const archive = await opened(villageAround(lat, lon));
    expect([archive.tiles.zoomMin, archive.tiles.zoomMax]).toEqual([11, 15]);
    const here = await whole(archive, wanted);
    expect(here.size).toBe(wanted.length);
    const { areas, lines, streets } = [...here.values()][0]!;
    expect(areas.house.length).toBeGreaterThan(5);
    expect(lines.minor.length + lines.major.length).toBeGreaterThan(0);
    expect(streets.map(({ name }) => name).join()).toMatch(/Lane|Street|Row|Way|Road|Path/);
    const reads = archive.reads();
    const sea = [{ z: 15, x: 3, y: 3 }];
    expect((await whole(archive, [...wanted, ...sea])).size).toBe(wanted.length);
    expect((await whole(archive, [...wanted, ...sea])).size).toBe(wanted.length);
    expect(archive.reads()).toBe(reads);
  });

  it('that could not be had are asked for again after a while, not at once', async () => {
    let now = 0;
    const archive = await opened(villageAround(lat, lon), () => now);
    archive.breakIt(true);
    const [one] = wanted;
    expect((await whole(archive, [one!])).size).toBe(0);
    archive.breakIt(false);
    expect((await whole(archive, [one!])).size).toBe(0);
    now = 10_001;
    expect((await whole(archive, [one!])).size).toBe(1);
  });

  it('are refused with a reason when the file is something else', async () => {
    const refused = (bytes: Uint8Array) =>
      opened(bytes).then(
        () => 'taken',
        (error: NoSuchMap) => error.why,
      );
    expect(await refused(new TextEncoder().encode('PK and nothing of a map'.repeat(20)))).toBe('broken');
    const pictures = villageAround(lat, lon);
    pictures[99] = 2;
    expect(await refused(pictures)).toBe('pictures');
  });
});

it('kinds that are not drawn, and names beyond all measure, are left out', async () => {
  const feature = (layer: string, geometry: Feature['geometry'], kind: string, name = ''): Feature => ({
    layer,
    geometry,
    points:
      geometry === 'point'
        ? [[lon, lat]]
        : [
            [lon, lat],
            [lon + 0.001, lat],
            [lon, lat + 0.001],
          ].map(([x, y]) => [x!, y!] as const),
    properties: { kind, name },
  });
  const archive = await opened(
    archiveOf(
      [
        feature('pois', 'point', 'cafe', 'Ana’s'),
        feature('landuse', 'area', 'industrial'),
        feature('landuse', 'area', 'park'),
        feature('places', 'point', 'locality', 'x'.repeat(500)),
        feature('transportation', 'line', 'other'),
      ],
      { from: 14, to: 14 },
    ),
  );
  const [shapes] = [...(await whole(archive, tilesOver(earth, { left: 0, top: 0, right: 0, bottom: 0 }, 14, 4))).values()];
  expect(shapes?.areas).toEqual({ earth: [], water: [], house: [], green: [expect.any(Array)] });
  expect(shapes?.places.map(({ name }) => name.length)).toEqual([80]);
  expect(shapes?.lines.path).toHaveLength(1);
  expect(() => shapesOf(new TextEncoder().encode('no tile at all, whatever it says'))).toThrow();
});

describe('what is drawn', () => {
  const palette = new Proxy({}, { get: (_, token) => String(token) }) as Palette;
  /** What a canvas was told: fills and strokes by colour, and names. */
  function recorder() {
    const told: string[] = [];
    const at = { fillStyle: '', strokeStyle: '' };
    const context = new Proxy(at as Record<string, unknown>, {
      get: (_, name) => {
        if (name in at) return at[name as 'fillStyle'];
        if (name === 'measureText') return (text: string) => ({ width: text.length * 7 });
        if (name === 'fill') return () => told.push(`fill ${at.fillStyle}`);
        if (name === 'stroke') return () => told.push(`stroke ${at.strokeStyle}`);
        if (name === 'fillText') return (text: string) => told.push(`name ${text}`);
        return () => {};
      },
      set: (_, name, value) => Reflect.set(at, name, value),
    });
    return { context: context as unknown as CanvasRenderingContext2D, told };
  }

  it('is water over green over earth, then houses and roads, then names; from far away less of it', async () => {
    const archive = await opened(villageAround(lat, lon));
    const draw = async (metresPerPixel: number, avoid: readonly Box[] = []) => {
      const here = await whole(archive, tilesOver(earth, { left: -1.6, top: -1.6, right: 1.6, bottom: 1.6 }, Math.min(15, zoomFor(earth, metresPerPixel)), 64));
      const unit = earth.metres / metresPerPixel;
      const placed = [...here].map(([tile, shapes]) => {
        const { left, top, right, bottom } = rectOf(earth, tile);
        return { shapes, x: (left + 1.6) * unit, y: (top + 1.6) * unit, across: (right - left) * unit, down: (bottom - top) * unit };
      });
      const { context, told } = recorder();
      paintBase(context, placed, { palette, width: 3.2 * unit, height: 3.2 * unit, metresPerPixel, ratio: 1, avoid });
      return told;
    };
    const near = await draw(1);
    const order = ['fill ground', 'fill map-green', 'fill map-water', 'fill map-house', 'stroke map-road', 'name Millbrook'];
    expect(order.map((what) => near.indexOf(what)).toSorted((a, b) => a - b)).toEqual(order.map((what) => near.indexOf(what)));
    expect(near).toEqual(expect.arrayContaining(order));
    expect(near.filter((what) => what.startsWith('name')).length).toBeGreaterThan(4);
    expect(new Set(near.filter((what) => what.startsWith('name'))).size).toBe(near.filter((what) => what.startsWith('name')).length);
    // Where nodes stand there is no name.
    expect(await draw(1, [[0, 0, 3200, 3200]])).not.toContain('name Millbrook');
    const far = await draw(30);
    expect(far).not.toContain('fill map-house');
    expect(far.filter((what) => what.startsWith('name'))).toEqual(['name Millbrook']);
  });
});

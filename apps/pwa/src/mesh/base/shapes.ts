import { VectorTile, type VectorTileFeature } from '@mapbox/vector-tile';
import { PbfReader } from 'pbf';

export type AreaKind = 'earth' | 'green' | 'water' | 'house';
/** In the order in which they are drawn. */
export const lineKinds = ['river', 'border', 'path', 'rail', 'minor', 'major', 'highway'] as const;
export type LineKind = (typeof lineKinds)[number];

/** x, y, x, y ... in shares of a tile times `tileUnits`; what crosses its edge goes on outside. */
export type Run = readonly number[];
export interface Shapes {
  readonly areas: Readonly<Record<AreaKind, readonly Run[]>>;
  readonly lines: Readonly<Record<LineKind, readonly Run[]>>;
  readonly places: readonly { readonly name: string; readonly x: number; readonly y: number; readonly rank: number }[];
  readonly streets: readonly { readonly name: string; readonly run: Run }[];
}

export const tileUnits = 4096;
/** Of one tile; what comes after it is left out. A full tile of a city has some 50,000. */
const pointsMax = 300_000;
const namesMax = 400;

const greens = new Set(
  'park forest wood grass grassland meadow nature_reserve cemetery golf_course garden village_green recreation_ground allotments orchard vineyard scrub pitch playground national_park protected_area'.split(
    ' ',
  ),
);
const roads: Readonly<Record<string, LineKind>> = {
  highway: 'highway',
  major_road: 'major',
  medium_road: 'major',
  minor_road: 'minor',
  other: 'path',
  path: 'path',
  rail: 'rail',
  motorway: 'highway',
  trunk: 'highway',
  primary: 'major',
  secondary: 'major',
  tertiary: 'major',
  minor: 'minor',
  service: 'minor',
  track: 'path',
};
/** The smaller, the further out it is named. */
const placeRanks: Readonly<Record<string, number>> = { city: 0, locality: 1, town: 1, village: 2, macrohood: 2, suburb: 3, hamlet: 3, neighbourhood: 3 };

/**
 * What of a vector tile is drawn under a mesh. Layers as Protomaps' basemap names them (docs.protomaps.com/basemaps/layers), and those of OpenMapTiles, which
 * many extracts have. Throws when the bytes are no such tile.
 */
export function shapesOf(tile: Uint8Array): Shapes {
  const areas: Record<AreaKind, Run[]> = { earth: [], green: [], water: [], house: [] };
  const lines: Record<LineKind, Run[]> = { river: [], border: [], path: [], rail: [], minor: [], major: [], highway: [] };
  const places: { name: string; x: number; y: number; rank: number }[] = [];
  const streets: { name: string; run: Run }[] = [];
  let points = 0;
  for (const [name, layer] of Object.entries(new VectorTile(new PbfReader(tile)).layers)) {
    for (let i = 0; i < layer.length && points < pointsMax; i++) {
      const feature = layer.feature(i);
      const { properties } = feature;
      const kind = String(properties.kind ?? properties.class ?? properties['pmap:kind'] ?? '');
      const into = placeOf(name, kind, feature);
      if (into === undefined) continue;
      const runs = feature.loadGeometry().map((ring) => {
        points += ring.length;
        return ring.flatMap(({ x, y }) => [(x * tileUnits) / layer.extent, (y * tileUnits) / layer.extent]);
      });
      const label = typeof properties.name === 'string' ? properties.name.slice(0, 80) : '';
      if (into === 'place') {
        const [x, y] = runs[0] ?? [];
        if (label !== '' && x !== undefined && y !== undefined && places.length < namesMax)
          places.push({ name: label, x, y, rank: placeRanks[String(properties.kind_detail ?? kind)] ?? placeRanks[kind] ?? 3 });
      } else if (into === 'street') {
        for (const run of runs) if (label !== '' && streets.length < namesMax) streets.push({ name: label, run });
      } else if (into in areas) areas[into as AreaKind].push(...runs);
      else {
        lines[into as LineKind].push(...runs);
        if (label !== '' && into !== 'river' && into !== 'border' && into !== 'rail')
          for (const run of runs) if (streets.length < namesMax) streets.push({ name: label, run });
      }
    }
  }
  return { areas, lines, places, streets };
}

function placeOf(layer: string, kind: string, { type }: VectorTileFeature): AreaKind | LineKind | 'place' | 'street' | undefined {
  const area = type === 3;
  switch (layer) {
    case 'earth':
      return area ? 'earth' : undefined;
    case 'water':
    case 'waterway':
      return area ? 'water' : type === 2 ? 'river' : undefined;
    case 'landuse':
    case 'landcover':
    case 'park':
      return area && (greens.has(kind) || layer === 'park') ? 'green' : undefined;
    case 'buildings':
    case 'building':
      return area ? 'house' : undefined;
    case 'roads':
    case 'transportation':
      return type === 2 ? roads[kind] : undefined;
    case 'transportation_name':
      return type === 2 ? 'street' : undefined;
    case 'boundaries':
    case 'boundary':
      return type === 2 ? 'border' : undefined;
    case 'places':
    case 'place':
      return type === 1 && kind in placeRanks ? 'place' : undefined;
    default:
      return undefined;
  }
}

/** Of a map by place: where its place (0, 0) is on earth, and what its measures are there. */
export interface OnEarth {
  readonly lat: number;
  readonly lon: number;
  /** Of 1 in places. */
  readonly metres: number;
  readonly metresPerLon: number;
}
export interface Tile {
  readonly z: number;
  readonly x: number;
  readonly y: number;
}
/** In places. */
export interface Rect {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export const metresPerLat = 111_320;
/** Of the whole earth, as Web Mercator has it, in a tile of 512 px: metres of a pixel at the equator. */
const mercatorMetres = 78_271.517;

const xOfLon = (lon: number, z: number): number => ((lon + 180) / 360) * 2 ** z;
const yOfLat = (lat: number, z: number): number => {
  const angle = (Math.max(-85, Math.min(85, lat)) * Math.PI) / 180;
  return ((1 - Math.asinh(Math.tan(angle)) / Math.PI) / 2) * 2 ** z;
};
const lonOfX = (x: number, z: number): number => (x / 2 ** z) * 360 - 180;
const latOfY = (y: number, z: number): number => (Math.atan(Math.sinh(Math.PI * (1 - (2 * y) / 2 ** z))) * 180) / Math.PI;

/** The zoom whose tiles are drawn at about 512 px. */
export const zoomFor = (map: OnEarth, metresPerPixel: number): number =>
  Math.round(Math.log2((mercatorMetres * Math.cos((map.lat * Math.PI) / 180)) / metresPerPixel));

/** Those that touch the rectangle; none where there would be more than `tilesMax`. */
export function tilesOver(map: OnEarth, { left, top, right, bottom }: Rect, z: number, tilesMax: number): Tile[] {
  const lonOf = (x: number) => map.lon + (x * map.metres) / map.metresPerLon;
  const latOf = (y: number) => map.lat - (y * map.metres) / metresPerLat;
  const [west, east] = [Math.floor(xOfLon(lonOf(left), z)), Math.floor(xOfLon(lonOf(right), z))];
  const [north, south] = [Math.max(0, Math.floor(yOfLat(latOf(top), z))), Math.min(2 ** z - 1, Math.floor(yOfLat(latOf(bottom), z)))];
  if ((east - west + 1) * (south - north + 1) > tilesMax) return [];
  const tiles: Tile[] = [];
  for (let y = north; y <= south; y++) for (let x = west; x <= east; x++) tiles.push({ z, x, y });
  return tiles;
}

/** Where a tile lies. Within it, a straight line stands for Mercator's curve: at a tile of ten kilometres that is off by two metres. */
export function rectOf(map: OnEarth, { z, x, y }: Tile): Rect {
  const xOf = (at: number) => ((lonOfX(at, z) - map.lon) * map.metresPerLon) / map.metres;
  const yOf = (at: number) => ((map.lat - latOfY(at, z)) * metresPerLat) / map.metres;
  return { left: xOf(x), top: yOf(y), right: xOf(x + 1), bottom: yOf(y + 1) };
}

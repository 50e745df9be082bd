import { PMTiles, type Source, TileType } from 'pmtiles';
import type { Tile } from './ground.ts';
import { type Shapes, shapesOf } from './shapes.ts';

/** Tiles that are kept; the one used longest ago goes first. */
const keptMax = 96;
const askedMax = 6;
/** After a part could not be had. */
const againMs = 10_000;

type Held =
  | { readonly at: 'here'; readonly shapes: Shapes }
  | { readonly at: 'nothing' }
  | { readonly at: 'asked' }
  | { readonly at: 'failed'; readonly since: number };

export interface TilesOptions {
  readonly source: Source;
  readonly monotonic: () => number;
  /** Something came in that was not there before. */
  readonly onCame: () => void;
}

/** What is wrong with the file, for the operator. */
export class NoSuchMap extends Error {
  readonly why: 'pictures' | 'broken';
  constructor(why: NoSuchMap['why'], message: string) {
    super(message);
    this.name = 'NoSuchMap';
    this.why = why;
  }
}

/** The tiles of one archive, as far as they were asked for. */
export class Tiles {
  readonly zoomMin: number;
  readonly zoomMax: number;
  readonly #archive: PMTiles;
  readonly #options: TilesOptions;
  readonly #held = new Map<string, Held>();
  #asked = 0;

  private constructor(archive: PMTiles, options: TilesOptions, zooms: { readonly minZoom: number; readonly maxZoom: number }) {
    this.#archive = archive;
    this.#options = options;
    this.zoomMin = zooms.minZoom;
    this.zoomMax = zooms.maxZoom;
  }

  /** Throws NoSuchMap. */
  static async open(options: TilesOptions): Promise<Tiles> {
    const archive = new PMTiles(options.source);
    let header: Awaited<ReturnType<PMTiles['getHeader']>>;
    try {
      header = await archive.getHeader();
    } catch (error) {
      throw new NoSuchMap('broken', error instanceof Error ? error.message : String(error));
    }
    if (header.tileType !== TileType.Mvt) throw new NoSuchMap('pictures', 'its tiles are no vector tiles');
    return new Tiles(archive, options, header);
  }

  /** Those that are here, and whether all others are known to be empty. What is missing is asked for, some at a time: each that comes makes room. */
  get(wanted: readonly Tile[]): { readonly here: ReadonlyMap<Tile, Shapes>; readonly whole: boolean } {
    const here = new Map<Tile, Shapes>();
    let whole = true;
    for (const tile of wanted) {
      const key = `${tile.z}/${tile.x}/${tile.y}`;
      const held = this.#held.get(key);
      if (held) {
        this.#held.delete(key);
        this.#held.set(key, held);
      }
      if (held?.at === 'here') here.set(tile, held.shapes);
      else if (held?.at === 'asked') whole = false;
      else if (held === undefined || (held.at === 'failed' && this.#options.monotonic() - held.since > againMs)) {
        whole = false;
        if (this.#asked < askedMax) void this.#ask(key, tile);
      }
    }
    for (const [key, held] of this.#held) {
      if (this.#held.size <= Math.max(keptMax, wanted.length)) break;
      if (held.at !== 'asked') this.#held.delete(key);
    }
    return { here, whole };
  }

  async #ask(key: string, { z, x, y }: Tile): Promise<void> {
    this.#asked++;
    this.#held.set(key, { at: 'asked' });
    try {
      const round = 2 ** z;
      const found = await this.#archive.getZxy(z, ((x % round) + round) % round, y);
      this.#held.set(key, found ? { at: 'here', shapes: shapesOf(new Uint8Array(found.data)) } : { at: 'nothing' });
    } catch {
      this.#held.set(key, { at: 'failed', since: this.#options.monotonic() });
    }
    this.#asked--;
    this.#options.onCame();
  }
}

/** Pieces are whole steps long, so that a newer version of a record mostly fits where the older one was. */
const stepBytes = 64;
const blockBytes = 32 * 1024;
/** A longer piece is a block of its own. */
const pieceBytesMax = 2048;

/** Where something is kept: `size` bytes of a block, from `at` on; nothing while `size` is 0. */
export interface Piece {
  block: Uint8Array;
  at: number;
  size: number;
}

const noBytes = new Uint8Array(0);
export const noPiece = (): Piece => ({ block: noBytes, at: 0, size: 0 });

const stepsOf = (size: number): number => Math.ceil(size / stepBytes);

/**
 * Memory of a database's records. An array for each record would cost more than the record itself: at 500 nodes that was half of a node's memory.
 * What is given back is used again for pieces of the same length; blocks are not given back, so memory stays at its highest, which the database bounds.
 */
export class RecordMemory {
  /** By length in steps: places of the same block or others, given back. */
  readonly #free: { readonly block: Uint8Array; readonly at: number }[][] = [];
  #block: Uint8Array = noBytes;
  #filled = 0;

  /** Puts bytes into a piece, in place of what it had. */
  keep(piece: Piece, bytes: Uint8Array): void {
    const size = bytes.byteLength;
    if (piece.size === 0 || stepsOf(piece.size) !== stepsOf(size)) {
      this.release(piece);
      this.#take(piece, size);
    }
    piece.size = size;
    piece.block.set(bytes, piece.at);
  }

  #take(piece: Piece, size: number): void {
    const steps = stepsOf(size);
    const free = size > pieceBytesMax ? undefined : this.#free[steps]?.pop();
    if (free) {
      piece.block = free.block;
      piece.at = free.at;
      return;
    }
    const bytes = steps * stepBytes;
    piece.at = 0;
    if (size > pieceBytesMax) {
      piece.block = new Uint8Array(bytes);
      return;
    }
    if (this.#filled + bytes > this.#block.byteLength) {
      this.#block = new Uint8Array(blockBytes);
      this.#filled = 0;
    }
    piece.block = this.#block;
    piece.at = this.#filled;
    this.#filled += bytes;
  }

  /** The piece has nothing then, and says so by its size. */
  release(piece: Piece): void {
    if (piece.size > 0 && piece.size <= pieceBytesMax) {
      const steps = stepsOf(piece.size);
      let free = this.#free[steps];
      if (!free) {
        free = [];
        this.#free[steps] = free;
      }
      free.push({ block: piece.block, at: piece.at });
    }
    piece.block = noBytes;
    piece.size = 0;
  }
}

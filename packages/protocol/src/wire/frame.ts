import { Writer } from './cursor.ts';
import { kind, type WireError } from './messages.ts';

/** Version of the frame layout. docs/protocol.md §4.1 */
export const wireVersion = 1;
/** {version u8, kind u8, flags u16, body length u32}. */
export const headerBytes = 8;

/** A frame of a kind that this version does not know: counted, otherwise ignored. docs/protocol.md §4.2 */
export interface Skipped {
  readonly skipped: number;
}

const known = new Set<number>(Object.values(kind));
export const isKnownKind = (value: number): boolean => known.has(value);

/** Starts a frame; `size` counts the body. Close it with `endFrame`. */
export function beginFrame(of: number, size: number, flags = 0): Writer {
  return new Writer(headerBytes + size).u8(wireVersion).u8(of).u16(flags).u32(0);
}

export function endFrame(writer: Writer): Uint8Array {
  return writer.patchU32(4, writer.at - headerBytes).done();
}

/**
 * Cuts one connection's byte stream into whole frames. docs/protocol.md §4.4
 * A frame that lies within one chunk is a subarray of it; only one that straddles chunks is copied, into memory of its own, at most `frameBytesMax`.
 * A version other than ours or a frame above the bound ends the stream: one WireError, then nothing more.
 */
export class FrameSplitter {
  readonly #frameBytesMax: number;
  readonly #head = new Uint8Array(headerBytes);
  #headFilled = 0;
  #frame: Uint8Array | undefined;
  #frameFilled = 0;
  #skip = 0;
  #ended = false;

  /** `frameBytesMax` counts the header too. */
  constructor(frameBytesMax: number) {
    this.#frameBytesMax = frameBytesMax;
  }

  /** The usual case: the chunk is one frame of a known kind, whole, with nothing before it. `push` would give just it. */
  isWhole(chunk: Uint8Array): boolean {
    if (chunk.byteLength < headerBytes || this.#ended || this.#skip > 0 || this.#headFilled > 0 || this.#frame !== undefined) return false;
    if (chunk[0] !== wireVersion || !known.has(chunk[1]!) || chunk.constructor !== Uint8Array) return false;
    const size = headerBytes + chunk[4]! * 0x100_0000 + ((chunk[5]! << 16) | (chunk[6]! << 8) | chunk[7]!);
    return size === chunk.byteLength && size <= this.#frameBytesMax;
  }

  push(chunk: Uint8Array): (Uint8Array | Skipped | WireError)[] {
    // A plain view: a Node Buffer's slice() shares memory where a Uint8Array's copies, and everything behind this relies on the copy.
    const bytes = chunk.constructor === Uint8Array ? chunk : new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const frames: (Uint8Array | Skipped | WireError)[] = [];
    let at = 0;
    while (!this.#ended && at < bytes.byteLength) {
      if (this.#skip > 0) at += this.#skipSome(bytes.byteLength - at);
      else if (this.#frame) at += this.#fill(this.#frame, bytes, at, frames);
      else if (this.#headFilled > 0 || bytes.byteLength - at < headerBytes) at += this.#fillHead(bytes, at, frames);
      else at += this.#whole(bytes, at, frames);
    }
    return frames;
  }

  #skipSome(available: number): number {
    const skipped = Math.min(this.#skip, available);
    this.#skip -= skipped;
    return skipped;
  }

  /** The header lies within the chunk at `at`. */
  #whole(bytes: Uint8Array, at: number, frames: (Uint8Array | Skipped | WireError)[]): number {
    const size = this.#sizeOf(bytes, at, frames);
    if (size === undefined) return headerBytes;
    const available = bytes.byteLength - at;
    if (size <= available) {
      frames.push(size === bytes.byteLength ? bytes : bytes.subarray(at, at + size));
      return size;
    }
    this.#frame = new Uint8Array(size);
    this.#frame.set(bytes.subarray(at));
    this.#frameFilled = available;
    return available;
  }

  #fillHead(bytes: Uint8Array, at: number, frames: (Uint8Array | Skipped | WireError)[]): number {
    const taken = Math.min(headerBytes - this.#headFilled, bytes.byteLength - at);
    this.#head.set(bytes.subarray(at, at + taken), this.#headFilled);
    this.#headFilled += taken;
    if (this.#headFilled < headerBytes) return taken;
    this.#headFilled = 0;
    const size = this.#sizeOf(this.#head, 0, frames);
    if (size === undefined) return taken;
    const frame = new Uint8Array(size);
    frame.set(this.#head);
    if (size === headerBytes) frames.push(frame);
    else {
      this.#frame = frame;
      this.#frameFilled = headerBytes;
    }
    return taken;
  }

  #fill(frame: Uint8Array, bytes: Uint8Array, at: number, frames: (Uint8Array | Skipped | WireError)[]): number {
    const taken = Math.min(frame.byteLength - this.#frameFilled, bytes.byteLength - at);
    frame.set(bytes.subarray(at, at + taken), this.#frameFilled);
    this.#frameFilled += taken;
    if (this.#frameFilled === frame.byteLength) {
      frames.push(frame);
      this.#frame = undefined;
    }
    return taken;
  }

  /** Length of the frame that starts at `at`; undefined when it is skipped or ends the stream, which is then noted. */
  #sizeOf(bytes: Uint8Array, at: number, frames: (Uint8Array | Skipped | WireError)[]): number | undefined {
    const of = bytes[at + 1]!;
    if (bytes[at] !== wireVersion) {
      this.#ended = true;
      frames.push({ error: 'version', kind: of, at: 0 });
      return undefined;
    }
    const size = headerBytes + bytes[at + 4]! * 0x100_0000 + ((bytes[at + 5]! << 16) | (bytes[at + 6]! << 8) | bytes[at + 7]!);
    if (size > this.#frameBytesMax) {
      this.#ended = true;
      frames.push({ error: 'too-long', kind: of, at: 4 });
      return undefined;
    }
    if (!known.has(of)) {
      this.#skip = size - headerBytes;
      frames.push({ skipped: of });
      return undefined;
    }
    return size;
  }
}

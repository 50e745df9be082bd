import type { Incarnation, NodeId } from '../ids.ts';
import type { WireError, WireErrorCode } from './messages.ts';
import { utf8Decode } from './utf8.ts';

export const u48Max = 2 ** 48 - 1;
const empty = new Uint8Array(0);

/** Codes of the hex digits: "0" to "9", "a" to "f". */
const digit = Array.from('0123456789abcdef', (c) => c.charCodeAt(0));

export const u16At = (bytes: Uint8Array, at: number): number => (bytes[at]! << 8) | bytes[at + 1]!;
/** A DataView over a small array would first move it off the heap, which costs more than a whole hello: bytes are read and written one by one. */
export const u32At = (bytes: Uint8Array, at: number): number => ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;

export function putU32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

/** `value` up to 2^53 - 1. */
export function putU64(bytes: Uint8Array, at: number, value: number): void {
  putU32(bytes, at, Math.floor(value / 0x1_0000_0000));
  putU32(bytes, at + 4, value % 0x1_0000_0000);
}

/** 8 bytes at `at` as 16 lower-case hex digits. */
export const hex64At = (view: DataView, at: number): string => hex64Of(view.getUint32(at), view.getUint32(at + 4));

function hex64Of(high: number, low: number): string {
  const d = digit as number[];
  return String.fromCharCode(
    d[high >>> 28]!,
    d[(high >>> 24) & 15]!,
    d[(high >>> 20) & 15]!,
    d[(high >>> 16) & 15]!,
    d[(high >>> 12) & 15]!,
    d[(high >>> 8) & 15]!,
    d[(high >>> 4) & 15]!,
    d[high & 15]!,
    d[low >>> 28]!,
    d[(low >>> 24) & 15]!,
    d[(low >>> 20) & 15]!,
    d[(low >>> 16) & 15]!,
    d[(low >>> 12) & 15]!,
    d[(low >>> 8) & 15]!,
    d[(low >>> 4) & 15]!,
    d[low & 15]!,
  );
}

/** Ids that were read of late, one string each: they are the keys of every table, and a string that is new has to be made, hashed and thrown away each time. */
const idSlots = 8192;
const idHigh = new Int32Array(idSlots);
const idLow = new Int32Array(idSlots);
const idTexts: string[] = new Array<string>(idSlots).fill('0000000000000000');

/** The id at `at`; a slot holds the last one that fell into it, so the memory is bounded whatever is sent. */
export function idAt(bytes: Uint8Array, at: number): NodeId {
  const high = u32At(bytes, at) | 0;
  const low = u32At(bytes, at + 4) | 0;
  const slot = (low ^ (low >>> 16) ^ high) & (idSlots - 1);
  if (idHigh[slot] !== high || idLow[slot] !== low) {
    idHigh[slot] = high;
    idLow[slot] = low;
    idTexts[slot] = hex64Of(high, low);
  }
  return idTexts[slot] as NodeId;
}

let hashHigh = 0;
let hashLow = 0;
let hashText = '0000000000000000';

/** As hex; neighbours mostly say the same database hash, so the last one is kept. */
export function hashAt(bytes: Uint8Array, at: number): string {
  const high = u32At(bytes, at);
  const low = u32At(bytes, at + 4);
  if (high !== hashHigh || low !== hashLow) {
    hashHigh = high;
    hashLow = low;
    hashText = hex64Of(high, low);
  }
  return hashText;
}

export const u48At = (view: DataView, at: number): number => view.getUint16(at) * 0x1_0000_0000 + view.getUint32(at + 2);

/**
 * Reads big-endian fields one after the other and never throws: the first failure is kept in `error`, from then on every read gives zeros.
 * Callers read a whole structure and look at `error` once; loops over a count also stop at `error`, so that a lying count costs nothing.
 */
export class Reader {
  readonly bytes: Uint8Array;
  #at: number;
  error: WireErrorCode | undefined = undefined;
  errorAt = 0;

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = bytes;
    this.#at = at;
    if (at > bytes.byteLength) this.fail('truncated');
  }

  get at(): number {
    return this.#at;
  }

  get left(): number {
    return this.error === undefined ? this.bytes.byteLength - this.#at : 0;
  }

  fail(code: WireErrorCode): void {
    if (this.error !== undefined) return;
    this.error = code;
    this.errorAt = this.#at;
  }

  #step(size: number): number {
    if (this.error !== undefined) return -1;
    const at = this.#at;
    if (at + size > this.bytes.byteLength) {
      this.fail('truncated');
      return -1;
    }
    this.#at = at + size;
    return at;
  }

  u8(): number {
    const at = this.#step(1);
    return at < 0 ? 0 : this.bytes[at]!;
  }
  u16(): number {
    const at = this.#step(2);
    return at < 0 ? 0 : u16At(this.bytes, at);
  }
  u32(): number {
    const at = this.#step(4);
    return at < 0 ? 0 : u32At(this.bytes, at);
  }
  i32(): number {
    const at = this.#step(4);
    return at < 0 ? 0 : u32At(this.bytes, at) | 0;
  }
  u48(): number {
    const at = this.#step(6);
    return at < 0 ? 0 : u16At(this.bytes, at) * 0x1_0000_0000 + u32At(this.bytes, at + 2);
  }
  /** Above 2^53 - 1, which no sum here reaches: `range`. */
  u64(): number {
    const at = this.#step(8);
    if (at < 0) return 0;
    const high = u32At(this.bytes, at);
    if (high > 0x1f_ffff) this.fail('range');
    return high > 0x1f_ffff ? 0 : high * 0x1_0000_0000 + u32At(this.bytes, at + 4);
  }
  /** 16 hex digits. */
  hex64(): string {
    const at = this.#step(8);
    return at < 0 ? '0000000000000000' : hex64Of(u32At(this.bytes, at), u32At(this.bytes, at + 4));
  }
  id(): NodeId {
    const at = this.#step(8);
    return at < 0 ? ('0000000000000000' as NodeId) : idAt(this.bytes, at);
  }
  incarnation(): Incarnation {
    return this.u32() as Incarnation;
  }

  /** LEB128, at most 48 bits, in its shortest form. */
  varint(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 7; i++) {
      const byte = this.u8();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        if ((i > 0 && byte === 0) || value > u48Max) this.fail('range');
        return this.error === undefined ? value : 0;
      }
      scale *= 128;
    }
    this.fail('range');
    return 0;
  }

  /** A view into the same memory, no copy. */
  take(size: number): Uint8Array {
    const at = this.#step(size);
    return at < 0 ? empty : this.bytes.subarray(at, at + size);
  }

  /** Passes over bytes. */
  skip(size: number): void {
    this.#step(size);
  }

  text(size: number): string {
    const text = utf8Decode(this.take(size));
    if (text === undefined) this.fail('text');
    return text ?? '';
  }

  /** A field that this version knows to be zero. */
  zero(value: number): void {
    if (value !== 0) this.fail('reserved');
  }

  /** Nothing may follow. */
  end(): void {
    if (this.error === undefined && this.#at !== this.bytes.byteLength) this.fail('trailing');
  }

  /** The failure as a value; only to be asked when `error` is set. */
  wireError(kind?: number): WireError {
    const error = this.error ?? 'range';
    return kind === undefined ? { error, at: this.errorAt } : { error, kind, at: this.errorAt };
  }
}

/** Writes big-endian fields; grows as needed. Values out of range are bugs of the caller: RangeError. */
export class Writer {
  #bytes: Uint8Array<ArrayBuffer>;
  #at = 0;

  /** `size`: the expected length; exact when known, which saves the copy. Or memory to write into: what `done` gives is then a view of it. */
  constructor(size: number | Uint8Array<ArrayBuffer>) {
    this.#bytes = typeof size === 'number' ? new Uint8Array(size) : size;
  }

  get at(): number {
    return this.#at;
  }

  /** May replace the memory: call it before touching `#bytes`. */
  #step(size: number): number {
    const at = this.#at;
    const end = at + size;
    if (end > this.#bytes.byteLength) {
      const grown = new Uint8Array(Math.max(end, this.#bytes.byteLength * 2));
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    this.#at = end;
    return at;
  }

  u8(value: number): this {
    within(value, 0xff);
    const at = this.#step(1);
    this.#bytes[at] = value;
    return this;
  }
  u16(value: number): this {
    within(value, 0xffff);
    const at = this.#step(2);
    this.#bytes[at] = value >>> 8;
    this.#bytes[at + 1] = value;
    return this;
  }
  u32(value: number): this {
    within(value, 0xffff_ffff);
    const at = this.#step(4);
    putU32(this.#bytes, at, value);
    return this;
  }
  i32(value: number): this {
    if (!(Number.isInteger(value) && value >= -0x8000_0000 && value <= 0x7fff_ffff)) throw new RangeError(`i32: ${value}`);
    const at = this.#step(4);
    putU32(this.#bytes, at, value);
    return this;
  }
  u48(value: number): this {
    within(value, u48Max);
    const at = this.#step(6);
    const high = Math.floor(value / 0x1_0000_0000);
    this.#bytes[at] = high >>> 8;
    this.#bytes[at + 1] = high;
    putU32(this.#bytes, at + 2, value % 0x1_0000_0000);
    return this;
  }
  /** Up to 2^53 - 1. */
  u64(value: number): this {
    within(value, Number.MAX_SAFE_INTEGER);
    const at = this.#step(8);
    putU64(this.#bytes, at, value);
    return this;
  }
  /** 16 hex digits. */
  hex64(text: string): this {
    const high = hex32(text, 0);
    const low = hex32(text, 8);
    if (text.length !== 16 || high < 0 || low < 0) throw new RangeError(`hex: expected 16 digits, got "${text.slice(0, 40)}"`);
    const at = this.#step(8);
    putU32(this.#bytes, at, high);
    putU32(this.#bytes, at + 4, low);
    return this;
  }
  varint(value: number): this {
    within(value, u48Max);
    let rest = value;
    while (rest >= 0x80) {
      this.u8((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    return this.u8(rest);
  }
  put(bytes: Uint8Array): this {
    const at = this.#step(bytes.byteLength);
    this.#bytes.set(bytes, at);
    return this;
  }
  /** Overwrites an earlier u32. */
  patchU32(at: number, value: number): this {
    putU32(this.#bytes, at, value);
    return this;
  }
  done(): Uint8Array<ArrayBuffer> {
    return this.#at === this.#bytes.byteLength ? this.#bytes : this.#bytes.subarray(0, this.#at);
  }
}

/** Eight lower-case hex digits from `at` as a number; negative when they are not. Twice as fast as parseInt over a slice, and twice in every bundle. */
export function hex32(text: string, at: number): number {
  let value = 0;
  for (let i = at; i < at + 8; i++) {
    const code = text.charCodeAt(i);
    const nibble = code >= 0x61 && code <= 0x66 ? code - 0x57 : code >= 0x30 && code <= 0x39 ? code - 0x30 : Number.NEGATIVE_INFINITY;
    value = value * 16 + nibble;
  }
  return value;
}

function within(value: number, max: number): void {
  if (!(Number.isInteger(value) && value >= 0 && value <= max)) throw new RangeError(`number: ${value} is not within 0..${max}`);
}

/** Whole, and at most what a u32 holds: for ages and sizes, where the bound means "at least so much". */
export const clampU32 = (value: number): number => Math.min(0xffff_ffff, Math.max(0, Math.floor(value)));
export const clampU48 = (value: number): number => Math.min(u48Max, Math.max(0, Math.floor(value)));

import { HostError } from '../error.ts';
import type { Host } from '../host.ts';
import { toU32, type Val, VOID } from '../val.ts';
import { fn, type HostFunction, type HostFunctions } from './table.ts';

type Wide = 'u256' | 'i256';
const bits = 256;
const fits = (t: Wide, n: bigint): boolean => (t === 'u256' ? n >= 0n && n < 1n << 256n : BigInt.asIntN(bits, n) === n);
const overflow = (): HostError => new HostError('Object', 'ArithDomain', 'arithmetic overflow');

/** Four words of a 256-bit number, the highest first. */
const word = (t: Wide, shift: bigint, label: string): HostFunction => fn(label, (host, v: bigint) => BigInt.asUintN(64, host.values.toNumber(v, t) >> shift));

const pieces = (t: Wide, label: string): HostFunction =>
  fn(label, (host, a: bigint, b: bigint, c: bigint, d: bigint) => {
    const n = (a << 192n) | (b << 128n) | (c << 64n) | d;
    return host.values.number(t, t === 'u256' ? n : BigInt.asIntN(bits, n));
  });

const fromBytes = (t: Wide, label: string): HostFunction =>
  fn(label, (host, v: bigint) => {
    const bytes = host.values.object(v, 'bytes');
    if (bytes.length !== 32) throw new HostError('Object', 'UnexpectedSize', '32 bytes are needed');
    const n = BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
    return host.values.number(t, t === 'u256' ? n : BigInt.asIntN(bits, n));
  });

const toBytes = (t: Wide, label: string): HostFunction =>
  fn(label, (host, v: bigint) => {
    const text = BigInt.asUintN(bits, host.values.toNumber(v, t)).toString(16).padStart(64, '0');
    return host.values.bytes(new Uint8Array(Buffer.from(text, 'hex')));
  });

type Arithmetic = (a: bigint, b: bigint) => bigint;
const div: Arithmetic = (a, b) => {
  if (b === 0n) throw overflow();
  return a / b;
};
const remEuclid: Arithmetic = (a, b) => {
  if (b === 0n) throw overflow();
  const r = a % b;
  return r < 0n ? r + (b < 0n ? -b : b) : r;
};
/** Stops as soon as the result cannot fit any more: exponents come from contracts. */
const pow = (a: bigint, exponent: bigint): bigint => {
  if (a >= -1n && a <= 1n) return exponent === 0n ? 1n : a === -1n && exponent % 2n === 0n ? 1n : a;
  return exponent > 256n ? 1n << 300n : a ** exponent;
};

const binary = (t: Wide, label: string, run: Arithmetic, checked = false): HostFunction =>
  fn(label, (host, a: bigint, b: bigint) => {
    const n = run(host.values.toNumber(a, t), host.values.toNumber(b, t));
    if (fits(t, n)) return host.values.number(t, n);
    if (checked) return VOID;
    throw overflow();
  });

const powers = (t: Wide, label: string, checked = false): HostFunction =>
  fn(label, (host, a: bigint, b: bigint) => {
    const n = pow(host.values.toNumber(a, t), BigInt(toU32(b)));
    if (fits(t, n)) return host.values.number(t, n);
    if (checked) return VOID;
    throw overflow();
  });

const shift = (t: Wide, label: string, left: boolean): HostFunction =>
  fn(label, (host, a: bigint, b: bigint) => {
    const by = toU32(b);
    if (by >= bits) throw overflow();
    const n = host.values.toNumber(a, t);
    const shifted = left ? n << BigInt(by) : n >> BigInt(by);
    return host.values.number(t, t === 'u256' ? BigInt.asUintN(bits, shifted) : BigInt.asIntN(bits, shifted));
  });

const add: Arithmetic = (a, b) => a + b;
const sub: Arithmetic = (a, b) => a - b;
const mul: Arithmetic = (a, b) => a * b;
const signed = (v: bigint): bigint => BigInt.asIntN(64, v);
const unsigned = (v: bigint): bigint => BigInt.asUintN(64, v);
const half = (host: Host, v: Val, t: 'u128' | 'i128', high: boolean): bigint => unsigned(host.values.toNumber(v, t) >> (high ? 64n : 0n));

export const int: HostFunctions = {
  _: fn('obj_from_u64', (host, v: bigint) => host.values.number('u64', v)),
  0: fn('obj_to_u64', (host, v: bigint) => host.values.toNumber(v, 'u64')),
  1: fn('obj_from_i64', (host, v: bigint) => host.values.number('i64', signed(v))),
  2: fn('obj_to_i64', (host, v: bigint) => unsigned(host.values.toNumber(v, 'i64'))),
  3: fn('obj_from_u128_pieces', (host, hi: bigint, lo: bigint) => host.values.number('u128', (hi << 64n) | lo)),
  4: fn('obj_to_u128_lo64', (host, v: bigint) => half(host, v, 'u128', false)),
  5: fn('obj_to_u128_hi64', (host, v: bigint) => half(host, v, 'u128', true)),
  6: fn('obj_from_i128_pieces', (host, hi: bigint, lo: bigint) => host.values.number('i128', (signed(hi) << 64n) | lo)),
  7: fn('obj_to_i128_lo64', (host, v: bigint) => half(host, v, 'i128', false)),
  8: fn('obj_to_i128_hi64', (host, v: bigint) => half(host, v, 'i128', true)),
  9: pieces('u256', 'obj_from_u256_pieces'),
  a: fromBytes('u256', 'u256_val_from_be_bytes'),
  b: toBytes('u256', 'u256_val_to_be_bytes'),
  c: word('u256', 192n, 'obj_to_u256_hi_hi'),
  d: word('u256', 128n, 'obj_to_u256_hi_lo'),
  e: word('u256', 64n, 'obj_to_u256_lo_hi'),
  f: word('u256', 0n, 'obj_to_u256_lo_lo'),
  g: pieces('i256', 'obj_from_i256_pieces'),
  h: fromBytes('i256', 'i256_val_from_be_bytes'),
  i: toBytes('i256', 'i256_val_to_be_bytes'),
  j: word('i256', 192n, 'obj_to_i256_hi_hi'),
  k: word('i256', 128n, 'obj_to_i256_hi_lo'),
  l: word('i256', 64n, 'obj_to_i256_lo_hi'),
  m: word('i256', 0n, 'obj_to_i256_lo_lo'),
  n: binary('u256', 'u256_add', add),
  o: binary('u256', 'u256_sub', sub),
  p: binary('u256', 'u256_mul', mul),
  q: binary('u256', 'u256_div', div),
  r: binary('u256', 'u256_rem_euclid', remEuclid),
  s: powers('u256', 'u256_pow'),
  t: shift('u256', 'u256_shl', true),
  u: shift('u256', 'u256_shr', false),
  v: binary('i256', 'i256_add', add),
  w: binary('i256', 'i256_sub', sub),
  x: binary('i256', 'i256_mul', mul),
  y: binary('i256', 'i256_div', div),
  z: binary('i256', 'i256_rem_euclid', remEuclid),
  A: powers('i256', 'i256_pow'),
  B: shift('i256', 'i256_shl', true),
  C: shift('i256', 'i256_shr', false),
  D: fn('timepoint_obj_from_u64', (host, v: bigint) => host.values.number('timepoint', v)),
  E: fn('timepoint_obj_to_u64', (host, v: bigint) => host.values.toNumber(v, 'timepoint')),
  F: fn('duration_obj_from_u64', (host, v: bigint) => host.values.number('duration', v)),
  G: fn('duration_obj_to_u64', (host, v: bigint) => host.values.toNumber(v, 'duration')),
  H: binary('u256', 'u256_checked_add', add, true),
  I: binary('u256', 'u256_checked_sub', sub, true),
  J: binary('u256', 'u256_checked_mul', mul, true),
  K: powers('u256', 'u256_checked_pow', true),
  L: binary('i256', 'i256_checked_add', add, true),
  M: binary('i256', 'i256_checked_sub', sub, true),
  N: binary('i256', 'i256_checked_mul', mul, true),
  O: powers('i256', 'i256_checked_pow', true),
};

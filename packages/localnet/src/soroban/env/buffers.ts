/** Bytes, strings and symbols. */
import { xdr } from '@stellar/stellar-sdk/base';
import { HostError } from '../error.ts';
import type { Host } from '../host.ts';
import { toU32, u32, type Val, VOID } from '../val.ts';
import { readMemory, readSlices, writeMemory } from './memory.ts';
import { fn, type HostFunctions } from './table.ts';

const bytesOf = (host: Host, v: Val): Uint8Array => host.values.object(v, 'bytes');
const bounds = (): HostError => new HostError('Object', 'IndexBounds', 'index out of bound');
const at = (i: Val, length: number, past = false): number => {
  const n = toU32(i);
  if (n >= length + (past ? 1 : 0)) throw bounds();
  return n;
};
const byte = (u: Val): number => {
  const n = toU32(u);
  if (n > 255) throw new HostError('Value', 'InvalidInput', 'not a byte');
  return n;
};
const spliced = (host: Host, v: Val, start: number, remove: number, ...insert: number[]): Val => {
  const bytes = bytesOf(host, v);
  return host.values.bytes(new Uint8Array([...bytes.subarray(0, start), ...insert, ...bytes.subarray(start + remove)]));
};

const copyOut = (host: Host, source: Uint8Array, from: Val, position: Val, length: Val): Val => {
  const start = toU32(from);
  const count = toU32(length);
  if (start + count > source.length) throw bounds();
  host.cost.bytes(count, 1);
  writeMemory(host, toU32(position), source.subarray(start, start + count));
  return VOID;
};

const copyIn = (host: Host, target: Uint8Array, from: Val, position: Val, length: Val): Uint8Array => {
  const start = toU32(from);
  const piece = readMemory(host, toU32(position), toU32(length));
  // Past the end the gap is filled with zeros.
  const out = new Uint8Array(Math.max(target.length, start + piece.length));
  out.set(target);
  out.set(piece, start);
  return out;
};

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

export const buffers: HostFunctions = {
  _: fn('serialize_to_bytes', (host, v: bigint) => {
    const bytes = host.values.toXdr(v).toXdr();
    host.cost.bytes(bytes.length, 30);
    return host.values.bytes(bytes);
  }),
  0: fn('deserialize_from_bytes', (host, v: bigint) => {
    let value: xdr.ScVal;
    try {
      value = xdr.ScVal.fromXdr(bytesOf(host, v));
    } catch {
      throw new HostError('Value', 'InvalidInput', 'not the XDR of a value');
    }
    return host.values.fromXdr(value);
  }),
  1: fn('bytes_copy_to_linear_memory', (host, b: bigint, from: bigint, position: bigint, length: bigint) =>
    copyOut(host, bytesOf(host, b), from, position, length),
  ),
  2: fn('bytes_copy_from_linear_memory', (host, b: bigint, from: bigint, position: bigint, length: bigint) =>
    host.values.bytes(copyIn(host, bytesOf(host, b), from, position, length)),
  ),
  3: fn('bytes_new_from_linear_memory', (host, position: bigint, length: bigint) => host.values.bytes(readMemory(host, toU32(position), toU32(length)))),
  4: fn('bytes_new', (host) => host.values.bytes(new Uint8Array())),
  5: fn('bytes_put', (host, b: bigint, i: bigint, u: bigint) => spliced(host, b, at(i, bytesOf(host, b).length), 1, byte(u))),
  6: fn('bytes_get', (host, b: bigint, i: bigint) => u32(bytesOf(host, b)[at(i, bytesOf(host, b).length)]!)),
  7: fn('bytes_del', (host, b: bigint, i: bigint) => spliced(host, b, at(i, bytesOf(host, b).length), 1)),
  8: fn('bytes_len', (host, b: bigint) => u32(bytesOf(host, b).length)),
  9: fn('bytes_push', (host, b: bigint, u: bigint) => spliced(host, b, bytesOf(host, b).length, 0, byte(u))),
  a: fn('bytes_pop', (host, b: bigint) => spliced(host, b, at(u32(0), bytesOf(host, b).length) + bytesOf(host, b).length - 1, 1)),
  b: fn('bytes_front', (host, b: bigint) => u32(bytesOf(host, b)[at(u32(0), bytesOf(host, b).length)]!)),
  c: fn('bytes_back', (host, b: bigint) => u32(bytesOf(host, b).at(at(u32(0), bytesOf(host, b).length) - 1)!)),
  d: fn('bytes_insert', (host, b: bigint, i: bigint, u: bigint) => spliced(host, b, at(i, bytesOf(host, b).length, true), 0, byte(u))),
  e: fn('bytes_append', (host, a: bigint, b: bigint) => host.values.bytes(new Uint8Array([...bytesOf(host, a), ...bytesOf(host, b)]))),
  f: fn('bytes_slice', (host, b: bigint, start: bigint, end: bigint) => {
    const bytes = bytesOf(host, b);
    const to = at(end, bytes.length, true);
    if (toU32(start) > to) throw new HostError('Object', 'InvalidInput', 'start must be less than or equal to end');
    return host.values.bytes(bytes.slice(toU32(start), to));
  }),
  g: fn('string_copy_to_linear_memory', (host, s: bigint, from: bigint, position: bigint, length: bigint) =>
    copyOut(host, host.values.object(s, 'string'), from, position, length),
  ),
  h: fn('symbol_copy_to_linear_memory', (host, s: bigint, from: bigint, position: bigint, length: bigint) =>
    copyOut(host, new Uint8Array(Buffer.from(host.values.toSymbol(s))), from, position, length),
  ),
  i: fn('string_new_from_linear_memory', (host, position: bigint, length: bigint) =>
    host.values.add({ t: 'string', v: readMemory(host, toU32(position), toU32(length)) }),
  ),
  j: fn('symbol_new_from_linear_memory', (host, position: bigint, length: bigint) =>
    host.values.symbol(text(readMemory(host, toU32(position), toU32(length)))),
  ),
  k: fn('string_len', (host, s: bigint) => u32(host.values.object(s, 'string').length)),
  l: fn('symbol_len', (host, s: bigint) => u32(host.values.toSymbol(s).length)),
  m: fn('symbol_index_in_linear_memory', (host, s: bigint, position: bigint, count: bigint) => {
    const symbol = host.values.toSymbol(s);
    const found = readSlices(host, position, count).findIndex((slice) => text(slice) === symbol);
    if (found < 0) throw new HostError('Value', 'MissingValue', 'symbol not found in linear memory slices');
    return u32(found);
  }),
  n: fn('string_to_bytes', (host, s: bigint) => host.values.bytes(host.values.object(s, 'string'))),
  o: fn('bytes_to_string', (host, b: bigint) => host.values.add({ t: 'string', v: bytesOf(host, b) })),
};

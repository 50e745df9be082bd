/** Maps and vectors: values that never change, so each change makes a new one. */
import { HostError } from '../error.ts';
import type { Host } from '../host.ts';
import { bool, isSymbolText, toU32, u32, type Val, VOID } from '../val.ts';
import type { MapEntry } from '../values.ts';
import { readSlices, readVals, writeVals } from './memory.ts';
import { fn, type HostFunctions } from './table.ts';

const mapOf = (host: Host, v: Val): readonly MapEntry[] => host.values.object(v, 'map');
const vecOf = (host: Host, v: Val): readonly Val[] => host.values.object(v, 'vec');
const noKey = (): HostError => new HostError('Object', 'MissingValue', 'map key not found');
const bounds = (): HostError => new HostError('Object', 'IndexBounds', 'index out of bound');
const entryAt = (host: Host, m: Val, i: Val): MapEntry => {
  const entry = mapOf(host, m)[toU32(i)];
  if (!entry) throw bounds();
  return entry;
};

const keysFrom = (host: Host, position: Val, count: Val): string[] =>
  readSlices(host, position, count).map((slice) => {
    const text = Buffer.from(slice).toString('latin1');
    if (!isSymbolText(text)) throw new HostError('Value', 'InvalidInput', 'not a symbol');
    return text;
  });

/** `sparse`: entries whose value is void are left out. */
const mapFromMemory = (host: Host, keys: Val, vals: Val, length: Val, sparse: boolean): Val => {
  const values = readVals(host, vals, length);
  const entries = keysFrom(host, keys, length).map((key, i) => [host.values.symbol(key), values[i]!] as const);
  const kept = sparse ? entries.filter(([, v]) => v !== VOID) : entries;
  for (let i = 1; i < kept.length; i++) {
    if (host.values.compare(kept[i - 1]![0], kept[i]![0]) >= 0) throw new HostError('Object', 'InvalidInput', 'map keys out of order');
  }
  return host.values.map(kept);
};

const mapToMemory = (host: Host, m: Val, keys: Val, vals: Val, length: Val, sparse: boolean): Val => {
  const map = mapOf(host, m);
  const names = keysFrom(host, keys, length);
  if (!sparse && map.length !== names.length) throw new HostError('Object', 'UnexpectedSize', 'differing host map and output slice lengths');
  let used = 0;
  const out = names.map((name, i) => {
    const key = host.values.symbol(name);
    if (!sparse) {
      const entry = map[i]!;
      if (host.values.compare(entry[0], key) !== 0) throw new HostError('Object', 'InvalidInput', 'unexpected map key');
      return entry[1];
    }
    const { found, at } = host.values.find(map, key);
    if (!found) return VOID;
    used++;
    return map[at]![1];
  });
  if (sparse && used !== map.length) throw new HostError('Object', 'InvalidInput', 'map has keys that were not asked for');
  writeVals(host, vals, out);
  return VOID;
};

export const map: HostFunctions = {
  _: fn('map_new', (host) => host.values.map([])),
  0: fn('map_put', (host, m: bigint, k: bigint, v: bigint) => {
    const entries = mapOf(host, m);
    const { found, at } = host.values.find(entries, k);
    return host.values.map(entries.toSpliced(at, found ? 1 : 0, [k, v]));
  }),
  1: fn('map_get', (host, m: bigint, k: bigint) => {
    const { found, at } = host.values.find(mapOf(host, m), k);
    if (!found) throw noKey();
    return mapOf(host, m)[at]![1];
  }),
  2: fn('map_del', (host, m: bigint, k: bigint) => {
    const { found, at } = host.values.find(mapOf(host, m), k);
    if (!found) throw noKey();
    return host.values.map(mapOf(host, m).toSpliced(at, 1));
  }),
  3: fn('map_len', (host, m: bigint) => u32(mapOf(host, m).length)),
  4: fn('map_has', (host, m: bigint, k: bigint) => bool(host.values.find(mapOf(host, m), k).found)),
  5: fn('map_key_by_pos', (host, m: bigint, i: bigint) => entryAt(host, m, i)[0]),
  6: fn('map_val_by_pos', (host, m: bigint, i: bigint) => entryAt(host, m, i)[1]),
  7: fn('map_keys', (host, m: bigint) => host.values.vec(mapOf(host, m).map(([k]) => k))),
  8: fn('map_values', (host, m: bigint) => host.values.vec(mapOf(host, m).map(([, v]) => v))),
  9: fn('map_new_from_linear_memory', (host, k: bigint, v: bigint, n: bigint) => mapFromMemory(host, k, v, n, false)),
  a: fn('map_unpack_to_linear_memory', (host, m: bigint, k: bigint, v: bigint, n: bigint) => mapToMemory(host, m, k, v, n, false)),
  b: fn('sparse_map_new_from_linear_memory', (host, k: bigint, v: bigint, n: bigint) => mapFromMemory(host, k, v, n, true)),
  c: fn('sparse_map_unpack_to_linear_memory', (host, m: bigint, k: bigint, v: bigint, n: bigint) => mapToMemory(host, m, k, v, n, true)),
};

/** An index within a vector; `past`: one past the end will do. */
const index = (i: Val, length: number, past = false): number => {
  const at = toU32(i);
  if (at >= length + (past ? 1 : 0)) throw bounds();
  return at;
};
const orVoid = (i: number): Val => (i < 0 ? VOID : u32(i));

export const vec: HostFunctions = {
  _: fn('vec_new', (host) => host.values.vec([])),
  0: fn('vec_put', (host, v: bigint, i: bigint, x: bigint) => host.values.vec(vecOf(host, v).with(index(i, vecOf(host, v).length), x))),
  1: fn('vec_get', (host, v: bigint, i: bigint) => vecOf(host, v)[index(i, vecOf(host, v).length)]!),
  2: fn('vec_del', (host, v: bigint, i: bigint) => host.values.vec(vecOf(host, v).toSpliced(index(i, vecOf(host, v).length), 1))),
  3: fn('vec_len', (host, v: bigint) => u32(vecOf(host, v).length)),
  4: fn('vec_push_front', (host, v: bigint, x: bigint) => host.values.vec([x, ...vecOf(host, v)])),
  5: fn('vec_pop_front', (host, v: bigint) => host.values.vec(vecOf(host, v).slice(index(u32(0), vecOf(host, v).length) + 1))),
  6: fn('vec_push_back', (host, v: bigint, x: bigint) => host.values.vec([...vecOf(host, v), x])),
  7: fn('vec_pop_back', (host, v: bigint) => host.values.vec(vecOf(host, v).slice(index(u32(0), vecOf(host, v).length), -1))),
  8: fn('vec_front', (host, v: bigint) => vecOf(host, v)[index(u32(0), vecOf(host, v).length)]!),
  9: fn('vec_back', (host, v: bigint) => vecOf(host, v).at(index(u32(0), vecOf(host, v).length) - 1)!),
  a: fn('vec_insert', (host, v: bigint, i: bigint, x: bigint) => host.values.vec(vecOf(host, v).toSpliced(index(i, vecOf(host, v).length, true), 0, x))),
  b: fn('vec_append', (host, a: bigint, b: bigint) => host.values.vec([...vecOf(host, a), ...vecOf(host, b)])),
  c: fn('vec_slice', (host, v: bigint, start: bigint, end: bigint) => {
    const items = vecOf(host, v);
    const to = index(end, items.length, true);
    if (toU32(start) > to) throw new HostError('Object', 'InvalidInput', 'start must be less than or equal to end');
    return host.values.vec(items.slice(toU32(start), to));
  }),
  d: fn('vec_first_index_of', (host, v: bigint, x: bigint) => orVoid(vecOf(host, v).findIndex((item) => host.values.compare(item, x) === 0))),
  e: fn('vec_last_index_of', (host, v: bigint, x: bigint) => orVoid(vecOf(host, v).findLastIndex((item) => host.values.compare(item, x) === 0))),
  f: fn('vec_binary_search', (host, v: bigint, x: bigint) => {
    const { found, at } = host.values.find(
      vecOf(host, v).map((item) => [item, VOID] as const),
      x,
    );
    return BigInt(at) | (found ? 1n << 32n : 0n);
  }),
  g: fn('vec_new_from_linear_memory', (host, position: bigint, length: bigint) => host.values.vec(readVals(host, position, length))),
  h: fn('vec_unpack_to_linear_memory', (host, v: bigint, position: bigint, length: bigint) => {
    if (vecOf(host, v).length !== toU32(length)) {
      throw new HostError('Object', 'UnexpectedSize', 'differing host vector and output vector lengths when unpacking vec to linear memory');
    }
    writeVals(host, position, vecOf(host, v));
    return VOID;
  }),
};

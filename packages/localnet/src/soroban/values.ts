/** The objects of one host, and values read from and written as XDR. */
import { xdr } from '@stellar/stellar-sdk/base';
import { compareBytes } from '../bytes.ts';
import { addressOf, addressXdr, compareAddresses, type HostAddress } from './address.ts';
import { errorParts, errorXdr, HostError } from './error.ts';
import * as val from './val.ts';
import { tagOf, tags, type Val } from './val.ts';

type Numeric = 'u64' | 'i64' | 'timepoint' | 'duration' | 'u128' | 'i128' | 'u256' | 'i256';
export type MapEntry = readonly [Val, Val];
interface Kinds extends Record<Numeric, bigint>, Record<'bytes' | 'string' | 'executableTag', Uint8Array>, Record<'address' | 'muxed', HostAddress> {
  readonly symbol: string;
  readonly vec: readonly Val[];
  readonly map: readonly MapEntry[];
}
export type HostObject = { [T in keyof Kinds]: { readonly t: T; readonly v: Kinds[T] } }[keyof Kinds];

const smallTags = { u64: 6, i64: 7, timepoint: 8, duration: 9, u128: 10, i128: 11, u256: 12, i256: 13 } as const;
const numericBySmallTag: Readonly<Record<number, Numeric>> = {
  6: 'u64',
  7: 'i64',
  8: 'timepoint',
  9: 'duration',
  10: 'u128',
  11: 'i128',
  12: 'u256',
  13: 'i256',
};
const isSigned = (t: Numeric): boolean => t[0] === 'i';
/** As SCValType counts: what decides between values of different types. */
const orderBySmallTag = [0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 15];
const typeOrder = (v: Val): number => {
  const tag = tagOf(v);
  if (tag < orderBySmallTag.length) return orderBySmallTag[tag]!;
  return tag === tags.executableTag ? 22 : tag === tags.muxed ? 18 : tag - 59;
};

/** How many objects one invocation may make: far more than any contract within the network's limits, few enough to stop a loop. */
const objectsMax = 2_000_000;
const depthMax = 500;

export class Values {
  readonly #objects: HostObject[] = [];

  add(object: HostObject): Val {
    if (this.#objects.length >= objectsMax) throw new HostError('Budget', 'ExceededLimit', 'too many objects');
    this.#objects.push(object);
    return val.objectVal(this.#objects.length - 1, tags[object.t]);
  }

  /** The object behind a value, which must be of that type. */
  object<T extends keyof Kinds>(v: Val, type: T): Kinds[T] {
    const found = val.isObject(v) ? this.#objects[val.handleOf(v)] : undefined;
    if (tagOf(v) !== tags[type]) throw new HostError('Value', 'UnexpectedType', `not a ${type}`);
    if (found?.t !== type) throw new HostError('Object', 'IndexBounds', 'no such object');
    return found.v as Kinds[T];
  }

  number(t: Numeric, n: bigint): Val {
    if (isSigned(t) ? val.fitsSigned(n) : n <= val.smallUnsignedMax) return isSigned(t) ? val.smallSigned(smallTags[t], n) : val.smallUnsigned(smallTags[t], n);
    return this.add({ t, v: n } as HostObject);
  }

  toNumber(v: Val, t: Numeric): bigint {
    if (tagOf(v) === smallTags[t]) return isSigned(t) ? val.smallSignedBody(v) : val.smallBody(v);
    return this.object(v, t);
  }

  symbol(text: string): Val {
    if (!val.isSymbolText(text)) throw new HostError('Value', 'InvalidInput', 'not a symbol');
    return val.smallSymbol(text) ?? this.add({ t: 'symbol', v: text });
  }

  toSymbol(v: Val): string {
    return tagOf(v) === tags.symbolSmall ? val.smallSymbolText(v) : this.object(v, 'symbol');
  }

  bytes(v: Uint8Array): Val {
    return this.add({ t: 'bytes', v });
  }

  string(text: string): Val {
    return this.add({ t: 'string', v: new Uint8Array(Buffer.from(text)) });
  }

  vec(v: readonly Val[]): Val {
    return this.add({ t: 'vec', v });
  }

  map(v: readonly MapEntry[]): Val {
    return this.add({ t: 'map', v });
  }

  address(v: HostAddress): Val {
    return v.kind === 2 ? this.add({ t: 'muxed', v }) : this.add({ t: 'address', v });
  }

  /** Total order over values, that of their XDR. */
  compare(a: Val, b: Val, depth = 0): number {
    if (a === b) return 0;
    if (depth > depthMax) throw new HostError('Context', 'ExceededLimit', 'too deep');
    const order = typeOrder(a);
    if (order !== typeOrder(b)) return order - typeOrder(b);
    const t = val.isObject(a) ? this.#objects[val.handleOf(a)]?.t : numericBySmallTag[tagOf(a)];
    const numeric = t && t in smallTags ? (t as Numeric) : undefined;
    if (numeric) {
      const [x, y] = [this.toNumber(a, numeric), this.toNumber(b, numeric)];
      return x < y ? -1 : x > y ? 1 : 0;
    }
    switch (tagOf(a)) {
      case tags.bytes:
      case tags.string:
      case tags.executableTag: {
        const type = t as 'bytes';
        return compareBytes(this.object(a, type), this.object(b, type));
      }
      case tags.symbolSmall:
      case tags.symbol:
        return compareBytes(Buffer.from(this.toSymbol(a)), Buffer.from(this.toSymbol(b)));
      case tags.vec:
        return this.#compareLists(this.object(a, 'vec'), this.object(b, 'vec'), (x, y) => this.compare(x, y, depth + 1));
      case tags.map:
        return this.#compareLists(
          this.object(a, 'map'),
          this.object(b, 'map'),
          (x, y) => this.compare(x[0], y[0], depth + 1) || this.compare(x[1], y[1], depth + 1),
        );
      case tags.address:
      case tags.muxed:
        return compareAddresses(this.#anyAddress(a), this.#anyAddress(b));
      case tags.error:
        return val.errorTypeOf(a) - val.errorTypeOf(b) || val.errorCodeOf(a) - val.errorCodeOf(b);
      case tags.u32:
        return val.toU32(a) - val.toU32(b);
      case tags.i32:
        return val.toI32(a) - val.toI32(b);
      default:
        return Number(a - b);
    }
  }

  #anyAddress(v: Val): HostAddress {
    return tagOf(v) === tags.muxed ? this.object(v, 'muxed') : this.object(v, 'address');
  }

  #compareLists<T>(a: readonly T[], b: readonly T[], compare: (x: T, y: T) => number): number {
    for (let i = 0; i < a.length && i < b.length; i++) {
      const order = compare(a[i]!, b[i]!);
      if (order) return order;
    }
    return a.length - b.length;
  }

  /** A map from entries in any order; the last of equal keys wins, as with repeated puts. */
  sortedMap(entries: readonly MapEntry[]): MapEntry[] {
    const sorted = entries.map((e, i) => ({ e, i })).sort((x, y) => this.compare(x.e[0], y.e[0]) || x.i - y.i);
    return sorted.filter((s, i) => i + 1 === sorted.length || this.compare(s.e[0], sorted[i + 1]!.e[0]) !== 0).map((s) => s.e);
  }

  /** Where a key stands, or would stand. */
  find(map: readonly MapEntry[], key: Val): { readonly found: boolean; readonly at: number } {
    let low = 0;
    let high = map.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const order = this.compare(map[middle]![0], key);
      if (order === 0) return { found: true, at: middle };
      if (order < 0) low = middle + 1;
      else high = middle;
    }
    return { found: false, at: low };
  }

  fromXdr(v: xdr.ScVal, depth = 0): Val {
    if (depth > depthMax) throw new HostError('Context', 'ExceededLimit', 'too deep');
    switch (v.type) {
      case 'scvBool':
        return val.bool(v.b);
      case 'scvVoid':
        return val.VOID;
      case 'scvError': {
        const { type, code } = errorParts(v.error);
        return val.errorVal(type, code);
      }
      case 'scvU32':
        return val.u32(v.u32);
      case 'scvI32':
        return val.i32(v.i32);
      case 'scvU64':
        return this.number('u64', v.u64);
      case 'scvI64':
        return this.number('i64', v.i64);
      case 'scvTimepoint':
        return this.number('timepoint', v.timepoint);
      case 'scvDuration':
        return this.number('duration', v.duration);
      case 'scvU128':
        return this.number('u128', (v.u128.hi << 64n) | v.u128.lo);
      case 'scvI128':
        return this.number('i128', (v.i128.hi << 64n) | v.i128.lo);
      case 'scvU256':
        return this.number('u256', (v.u256.hiHi << 192n) | (v.u256.hiLo << 128n) | (v.u256.loHi << 64n) | v.u256.loLo);
      case 'scvI256':
        return this.number('i256', (v.i256.hiHi << 192n) | (v.i256.hiLo << 128n) | (v.i256.loHi << 64n) | v.i256.loLo);
      case 'scvBytes':
        return this.bytes(v.bytes.value);
      case 'scvString':
        return this.add({ t: 'string', v: v.str.bytes });
      case 'scvSymbol':
        return this.symbol(v.sym.toString());
      case 'scvVec':
        if (!v.vec) break;
        return this.vec(v.vec.map((item) => this.fromXdr(item, depth + 1)));
      case 'scvMap': {
        if (!v.map) break;
        const entries = v.map.map((e) => [this.fromXdr(e.key, depth + 1), this.fromXdr(e.val, depth + 1)] as const);
        for (let i = 1; i < entries.length; i++) {
          if (this.compare(entries[i - 1]![0], entries[i]![0]) >= 0) throw new HostError('Object', 'InvalidInput', 'map keys out of order');
        }
        return this.map(entries);
      }
      case 'scvAddress':
        return this.address(addressOf(v.address));
      case 'scvExecutableTag':
        return this.add({ t: 'executableTag', v: v.executableTag.bytes });
    }
    throw new HostError('Value', 'UnexpectedType', `${v.type} is no value of contracts`);
  }

  toXdr(v: Val, depth = 0): xdr.ScVal {
    if (depth > depthMax) throw new HostError('Context', 'ExceededLimit', 'too deep');
    const tag = tagOf(v);
    const numeric = numericBySmallTag[tag];
    if (numeric) return numberXdr(numeric, this.toNumber(v, numeric));
    switch (tag) {
      case tags.false:
      case tags.true:
        return xdr.ScVal.scvBool(tag === tags.true);
      case tags.void:
        return xdr.ScVal.scvVoid();
      case tags.error:
        return xdr.ScVal.scvError(errorXdr(val.errorTypeOf(v), val.errorCodeOf(v)));
      case tags.u32:
        return xdr.ScVal.scvU32(val.toU32(v));
      case tags.i32:
        return xdr.ScVal.scvI32(val.toI32(v));
      case tags.symbolSmall:
        return xdr.ScVal.scvSymbol(val.smallSymbolText(v));
    }
    const object = val.isObject(v) ? this.#objects[val.handleOf(v)] : undefined;
    if (!object || tags[object.t] !== tag) throw new HostError('Object', 'IndexBounds', 'no such object');
    switch (object.t) {
      case 'bytes':
        return xdr.ScVal.scvBytes(new xdr.ScBytes(object.v));
      case 'string':
        return xdr.ScVal.scvString(object.v);
      case 'executableTag':
        return xdr.ScVal.scvExecutableTag(object.v);
      case 'symbol':
        return xdr.ScVal.scvSymbol(object.v);
      case 'vec':
        return xdr.ScVal.scvVec(object.v.map((item) => this.toXdr(item, depth + 1)));
      case 'map':
        return xdr.ScVal.scvMap(object.v.map(([key, value]) => new xdr.ScMapEntry({ key: this.toXdr(key, depth + 1), val: this.toXdr(value, depth + 1) })));
      case 'address':
      case 'muxed':
        return xdr.ScVal.scvAddress(addressXdr(object.v));
      default:
        return numberXdr(object.t, object.v);
    }
  }
}

const low64 = (n: bigint, shift: bigint): bigint => BigInt.asUintN(64, n >> shift);
const high64 = (n: bigint, shift: bigint): bigint => BigInt.asIntN(64, n >> shift);

const numberXdr = (t: Numeric, n: bigint): xdr.ScVal => {
  switch (t) {
    case 'u64':
      return xdr.ScVal.scvU64(n);
    case 'i64':
      return xdr.ScVal.scvI64(n);
    case 'timepoint':
      return xdr.ScVal.scvTimepoint(n);
    case 'duration':
      return xdr.ScVal.scvDuration(n);
    case 'u128':
      return xdr.ScVal.scvU128(new xdr.Uint128Parts({ hi: low64(n, 64n), lo: low64(n, 0n) }));
    case 'i128':
      return xdr.ScVal.scvI128(new xdr.Int128Parts({ hi: high64(n, 64n), lo: low64(n, 0n) }));
    case 'u256':
      return xdr.ScVal.scvU256(new xdr.Uint256Parts({ hiHi: low64(n, 192n), hiLo: low64(n, 128n), loHi: low64(n, 64n), loLo: low64(n, 0n) }));
    case 'i256':
      return xdr.ScVal.scvI256(new xdr.Int256Parts({ hiHi: high64(n, 192n), hiLo: low64(n, 128n), loHi: low64(n, 64n), loLo: low64(n, 0n) }));
  }
};

import { Address, nativeToScVal, scValToBigInt, scvSortedMap, xdr } from '@stellar/stellar-sdk/base';

/** How a value stands in contract calls and comes back from views and events. `read` throws TypeError on anything else. */
export interface Codec<In, Out = In> {
  /** The contract's type in full, e.g. `{epoch:u32,value:bytes<32>}`: what the tests hold against the contract's own description. */
  readonly shape: string;
  write(value: In): xdr.ScVal;
  read(value: xdr.ScVal): Out;
}

export type Input<C> = C extends Codec<infer In, unknown> ? In : never;
export type Output<C> = C extends { read(value: xdr.ScVal): infer Out } ? Out : never;

const { ScVal } = xdr;
const wrong = (expected: string, value: xdr.ScVal): TypeError => new TypeError(`expected ${expected}, got ${value.type}`);

/** A whole number of 0 to 2^32 - 1, anything else is a mistake of the caller: the XDR writer would wrap it. */
function within(value: number, max: number): number {
  if (!Number.isSafeInteger(value) || value < 0 || value > max) throw new RangeError(`${value} is not within 0 to ${max}`);
  return value;
}

export const u32: Codec<number> = {
  shape: 'u32',
  write: (value) => ScVal.scvU32(within(value, 0xffff_ffff)),
  read: (value) => {
    if (value.type !== 'scvU32') throw wrong('u32', value);
    return value.u32;
  },
};

/** Counts: as far as numbers are exact. */
export const u64: Codec<number> = {
  shape: 'u64',
  write: (value) => ScVal.scvU64(BigInt(within(value, Number.MAX_SAFE_INTEGER))),
  read: (value) => {
    if (value.type !== 'scvU64' || value.u64 > BigInt(Number.MAX_SAFE_INTEGER)) throw wrong('u64 up to 2^53 - 1', value);
    return Number(value.u64);
  },
};

/** Stroops. */
export const i128: Codec<bigint> = {
  shape: 'i128',
  write: (value) => nativeToScVal(value, { type: 'i128' }),
  read: (value) => {
    if (value.type !== 'scvI128') throw wrong('i128', value);
    return scValToBigInt(value);
  },
};

/** An i128 that the contract holds within what a number says exactly. */
export const smallI128: Codec<number> = {
  shape: 'i128',
  write: (value) => i128.write(BigInt(within(value, Number.MAX_SAFE_INTEGER))),
  read: (value) => {
    const stroops = i128.read(value);
    if (stroops < 0n || stroops > BigInt(Number.MAX_SAFE_INTEGER)) throw wrong('i128 from 0 to 2^53 - 1', value);
    return Number(stroops);
  },
};

export const bool: Codec<boolean> = {
  shape: 'bool',
  write: (value) => ScVal.scvBool(value),
  read: (value) => {
    if (value.type !== 'scvBool') throw wrong('bool', value);
    return value.b;
  },
};

export const nothing: Codec<undefined> = {
  shape: 'void',
  write: () => ScVal.scvVoid(),
  read: (value) => {
    if (value.type !== 'scvVoid') throw wrong('nothing', value);
    return undefined;
  },
};

/** Keys, hashes, signatures: bytes or hex go in, lower-case hex comes out, which is what is compared and stored. */
export const bytes = (length?: number): Codec<Uint8Array | string, string> => ({
  shape: length === undefined ? 'bytes' : `bytes<${length}>`,
  write: (value) => {
    const raw = typeof value === 'string' ? xdr.decodeBytes(value, 'hex') : value;
    if (length !== undefined && raw.length !== length) throw new RangeError(`expected ${length} bytes, got ${raw.length}`);
    return ScVal.scvBytes(raw);
  },
  read: (value) => {
    if (value.type !== 'scvBytes' || (length !== undefined && value.bytes.value.length !== length)) throw wrong(`${length ?? 'some'} bytes`, value);
    return xdr.encodeBytes(value.bytes.value, 'hex');
  },
});

/** G... or C... */
export const address: Codec<string> = {
  shape: 'address',
  write: (value) => new Address(value).toScVal(),
  read: (value) => {
    if (value.type !== 'scvAddress') throw wrong('address', value);
    return Address.fromScVal(value).toString();
  },
};

export const list = <In, Out>(of: Codec<In, Out>): Codec<readonly In[], Out[]> => ({
  shape: `vec<${of.shape}>`,
  write: (values) => ScVal.scvVec(values.map((value) => of.write(value))),
  read: (value) => {
    if (value.type !== 'scvVec' || !value.vec) throw wrong('list', value);
    return value.vec.map((item) => of.read(item));
  },
});

export const optional = <In, Out>(of: Codec<In, Out>): Codec<In | undefined, Out | undefined> => ({
  shape: `option<${of.shape}>`,
  write: (value) => (value === undefined ? ScVal.scvVoid() : of.write(value)),
  read: (value) => (value.type === 'scvVoid' ? undefined : of.read(value)),
});

/** `stroopsPer1000` is `stroops_per_1000` in the contract. */
export const snake = (name: string): string => name.replace(/[A-Z]|(?<!\d)\d+/g, (part) => `_${part.toLowerCase()}`);

type Fields = Record<string, Codec<never, unknown>>;
type Inputs<F extends Fields> = { readonly [K in keyof F]: Input<F[K]> };
type Outputs<F extends Fields> = { readonly [K in keyof F]: Output<F[K]> };

/** A struct: a map with the fields' names as symbols, in order. Fields that are not known here are passed over, so that a newer contract can be read. */
export const struct = <F extends Fields>(fields: F): Codec<Inputs<F>, Outputs<F>> & { readonly fields: F } => ({
  fields,
  shape: `{${Object.entries(fields)
    .map(([name, { shape }]) => `${snake(name)}:${shape}`)
    .sort()
    .join()}}`,
  write: (value) =>
    scvSortedMap(
      Object.entries(fields).map(([name, codec]) => new xdr.ScMapEntry({ key: ScVal.scvSymbol(snake(name)), val: codec.write(value[name] as never) })),
    ),
  read: (value) => {
    if (value.type !== 'scvMap' || !value.map) throw wrong('struct', value);
    const found = new Map(value.map.map(({ key, val }) => [key.type === 'scvSymbol' ? key.sym.toString() : '', val]));
    const read = Object.entries(fields).map(([name, codec]) => {
      const field = found.get(snake(name));
      if (!field) throw new TypeError(`${snake(name)} is missing`);
      return [name, codec.read(field)];
    });
    return Object.fromEntries(read) as Outputs<F>;
  },
});

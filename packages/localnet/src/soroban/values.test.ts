import { xdr } from '@stellar/stellar-sdk';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { HostError } from './error.ts';
import { Prng } from './prng.ts';
import { smallSymbol, smallSymbolText } from './val.ts';
import { Values } from './values.ts';

const i128 = (n: bigint) => xdr.ScVal.scvI128(new xdr.Int128Parts({ hi: n >> 64n, lo: BigInt.asUintN(64, n) }));

const leaf = fc.oneof(
  fc.boolean().map((b) => xdr.ScVal.scvBool(b)),
  fc.constant(xdr.ScVal.scvVoid()),
  fc.nat(0xffff_ffff).map((n) => xdr.ScVal.scvU32(n)),
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }).map((n) => xdr.ScVal.scvI32(n)),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((n) => xdr.ScVal.scvU64(n)),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((n) => xdr.ScVal.scvI64(n)),
  fc.bigInt({ min: -(2n ** 127n), max: 2n ** 127n - 1n }).map(i128),
  fc.uint8Array({ maxLength: 40 }).map((b) => xdr.ScVal.scvBytes(new xdr.ScBytes(b))),
  fc.string({ maxLength: 12 }).map((s) => xdr.ScVal.scvString(s)),
  fc.stringMatching(/^[_0-9A-Za-z]{0,32}$/).map((s) => xdr.ScVal.scvSymbol(s)),
  fc.uint8Array({ minLength: 32, maxLength: 32 }).map((b) => xdr.ScVal.scvAddress(xdr.ScAddress.scAddressTypeContract(new xdr.ContractId(b)))),
);
const value = fc.oneof(
  leaf,
  fc.array(leaf, { maxLength: 5 }).map((v) => xdr.ScVal.scvVec(v)),
);

it('brings every value through the host unchanged', () => {
  fc.assert(
    fc.property(value, (v) => {
      const values = new Values();
      expect(values.toXdr(values.fromXdr(v)).toXdr('hex')).toBe(v.toXdr('hex'));
    }),
  );
});

it('orders values: totally, and equal only where they are', () => {
  fc.assert(
    fc.property(value, value, value, (a, b, c) => {
      const values = new Values();
      const [x, y, z] = [values.fromXdr(a), values.fromXdr(b), values.fromXdr(c)];
      expect(Math.sign(values.compare(x, y))).toBe(-Math.sign(values.compare(y, x)) || 0);
      expect(values.compare(x, y) === 0).toBe(a.toXdr('hex') === b.toXdr('hex'));
      if (values.compare(x, y) <= 0 && values.compare(y, z) <= 0) expect(values.compare(x, z)).toBeLessThanOrEqual(0);
    }),
  );
});

it('orders numbers by size, whether they fit into a value or not', () => {
  const values = new Values();
  const numbers = [-(2n ** 127n), -(2n ** 60n), -(2n ** 55n), -1n, 0n, 1n, 2n ** 55n - 1n, 2n ** 55n, 2n ** 64n, 2n ** 127n - 1n];
  const vals = numbers.map((n) => values.number('i128', n));
  for (let i = 1; i < vals.length; i++) expect(values.compare(vals[i - 1]!, vals[i]!)).toBeLessThan(0);
  expect(vals.map((v) => values.toNumber(v, 'i128'))).toEqual(numbers);
});

it('refuses maps out of order, and handles that lead nowhere', () => {
  const values = new Values();
  const entry = (n: number) => new xdr.ScMapEntry({ key: xdr.ScVal.scvU32(n), val: xdr.ScVal.scvVoid() });
  expect(() => values.fromXdr(xdr.ScVal.scvMap([entry(2), entry(1)]))).toThrow(HostError);
  expect(() => values.fromXdr(xdr.ScVal.scvMap([entry(1), entry(1)]))).toThrow(HostError);
  expect(() => values.toXdr((999n << 32n) | 72n)).toThrow(HostError);
});

it('packs symbols of up to nine characters', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[_0-9A-Za-z]{0,9}$/), (text) => {
      expect(smallSymbolText(smallSymbol(text)!)).toBe(text);
    }),
  );
  expect(smallSymbol('transfer')).toBe(65154533130155790n);
});

/** Recorded from rand_chacha 0.3.1 and rand 0.8.5, which the host uses: the seed is 0, 1, 2 … 31. */
it('draws the numbers that the host draws from the same seed', () => {
  const prng = new Prng(new Uint8Array(32).map((_, i) => i));
  expect([...prng.bytes(5)]).toEqual([57, 253, 43, 125, 217]);
  expect(prng.u64Between(0n, 9n)).toBe(2n);
  expect(prng.u64Between(0n, 2n ** 64n - 1n)).toBe(14_729_830_432_180_286_858n);
  expect(prng.u64Between(5n, 5n)).toBe(5n);
  expect(prng.u64Between(1n, 2n ** 63n)).toBe(6_165_903_228_730_216_854n);
  expect(prng.u64Between(100n, 1_000_000_007n)).toBe(392_574_864n);
  expect(prng.shuffle(Array.from({ length: 20 }, (_, i) => i))).toEqual([8, 9, 7, 0, 10, 14, 16, 6, 15, 1, 17, 4, 12, 2, 5, 13, 19, 11, 3, 18]);
  expect(prng.child().u64Between(0n, 2n ** 64n - 1n)).toBe(3_678_948_015_082_760_944n);
});

// A governance change as the ledger's own bytes: its XDR is what a proposing node signs the hash of. docs/proofs.md §3.4
import type { Sha256 } from '../ports.ts';
import { type Params, paramNames, paramRules } from '../reward/params.ts';
import { Writer } from '../wire/cursor.ts';
import { utf8Encode } from '../wire/utf8.ts';
import { expectBytes, hashBytes, publicKeyBytes } from './domain.ts';

/** Hub change: from its execution another key signs, and another chain is drawn from. */
export interface HubChange {
  readonly hubKey: Uint8Array;
  readonly anchor: Uint8Array;
  readonly anchorEpoch: number;
}
export type Change = { readonly params: Params } | { readonly hub: HubChange };

/** Types of SCVal that occur here: Stellar-contract.x. */
const scv = { u32: 3, u64: 5, i128: 10, bytes: 13, symbol: 15, vec: 16, map: 17 } as const;

type Put = (writer: Writer) => Writer;

const u32 =
  (value: number): Put =>
  (w) =>
    w.u32(scv.u32).u32(value);
const u64 =
  (value: number): Put =>
  (w) =>
    w.u32(scv.u64).u64(value);
/** Not negative, below 2^53. */
const i128 =
  (value: number): Put =>
  (w) =>
    w.u32(scv.i128).u64(0).u64(value);
const bytes32 =
  (value: Uint8Array, size: number): Put =>
  (w) =>
    w.u32(scv.bytes).u32(size).put(expectBytes(value, size));
const symbol =
  (text: string): Put =>
  (w) => {
    const bytes = utf8Encode(text);
    // XDR pads opaque data to multiples of four.
    return w
      .u32(scv.symbol)
      .u32(bytes.byteLength)
      .put(bytes)
      .put(new Uint8Array(-bytes.byteLength & 3));
  };
/** Present, with `count` elements. */
const opening = (w: Writer, type: number, count: number): Writer => w.u32(type).u32(1).u32(count);

const map =
  (fields: readonly (readonly [name: string, value: Put])[]): Put =>
  (w) => {
    const sorted = [...fields].sort(([a], [b]) => (a < b ? -1 : 1));
    opening(w, scv.map, sorted.length);
    for (const [name, value] of sorted) value(symbol(name)(w));
    return w;
  };

const variant =
  (name: string, value: Put): Put =>
  (w) =>
    value(symbol(name)(opening(w, scv.vec, 2)));

const put = { u32, u64, i128 } as const;
const paramsMap = (params: Params): Put =>
  map(
    paramNames.map((name) => {
      const { field, type } = paramRules[name];
      return [field, put[type](params[name])] as const;
    }),
  );

/** XDR of the change as SCVal: a vector of the variant's name and a map. */
export function changeXdr(change: Change): Uint8Array {
  const value =
    'params' in change
      ? variant('Params', paramsMap(change.params))
      : variant(
          'Hub',
          map([
            ['anchor', bytes32(change.hub.anchor, hashBytes)],
            ['anchor_epoch', u32(change.hub.anchorEpoch)],
            ['hub_key', bytes32(change.hub.hubKey, publicKeyBytes)],
          ]),
        );
  return value(new Writer(1024)).done();
}

export const changeHash = (sha256: Sha256, change: Change): Uint8Array => sha256(changeXdr(change));

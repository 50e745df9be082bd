/// <reference path="./webassembly.d.ts" />
import type { xdr } from '@stellar/stellar-sdk/base';
import type { HostAddress } from './address.ts';
import type { Prng } from './prng.ts';
import type { Val } from './val.ts';
import type { MapEntry } from './values.ts';

/** One call on the stack. `contract` and what hangs on it are missing for what a transaction asks of the host itself. */
export interface Frame {
  readonly contract: HostAddress | undefined;
  readonly fn: string;
  readonly args: readonly Val[];
  readonly instance: xdr.ScContractInstance | undefined;
  /** read when first used, written back when the frame ends well */
  storage: { map: readonly MapEntry[]; modified: boolean } | undefined;
  prng: Prng | undefined;
  memory: WebAssembly.Memory | undefined;
}

export const newFrame = (contract: HostAddress | undefined, fn: string, args: readonly Val[], instance?: xdr.ScContractInstance): Frame => ({
  contract,
  fn,
  args,
  instance,
  storage: undefined,
  prng: undefined,
  memory: undefined,
});

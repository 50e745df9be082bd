/** The host functions that contracts import, by module and letter, as in the host interface of protocol 29. What is missing is listed in the README. */
import { buffers } from './buffers.ts';
import { map, vec } from './collections.ts';
import { context } from './context.ts';
import { int } from './int.ts';
import { ledger } from './ledger.ts';
import { address, call, crypto, prng, test } from './rest.ts';
import type { HostFunctions } from './table.ts';

export const hostFunctions: Readonly<Record<string, HostFunctions>> = {
  x: context,
  i: int,
  m: map,
  v: vec,
  l: ledger,
  d: call,
  b: buffers,
  c: crypto,
  a: address,
  t: test,
  p: prng,
};

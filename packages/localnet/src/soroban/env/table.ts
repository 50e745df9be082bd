import type { Host } from '../host.ts';
import type { Val } from '../val.ts';

/** A name for diagnostics, and what it does. Arguments and result are raw 64-bit values, unsigned. */
export type HostFunction = readonly [label: string, run: (host: Host, ...args: bigint[]) => Val];
/** by the letter under which contracts import it */
export type HostFunctions = Readonly<Record<string, HostFunction>>;
/** Fixes how many arguments there are; the engine has checked it against the contract's import. */
export const fn = <A extends bigint[]>(label: string, run: (host: Host, ...args: A) => Val): HostFunction => [
  label,
  run as (host: Host, ...args: bigint[]) => Val,
];

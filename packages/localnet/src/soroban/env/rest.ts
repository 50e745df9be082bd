/** Calls between contracts, cryptography, addresses and authorisation, random numbers. */
import { keccak_256 } from '@noble/hashes/sha3.js';
import { sha256 } from '../../bytes.ts';
import { verifyEd25519 } from '../../tx/signatures.ts';
import { addressFromStrkey, demux } from '../address.ts';
import { HostError } from '../error.ts';
import type { Host } from '../host.ts';
import { tagOf, tags, toU32, type Val, VOID } from '../val.ts';
import { fn, type HostFunctions } from './table.ts';

export const call: HostFunctions = {
  _: fn('call', (host, contract: bigint, name: bigint, args: bigint) =>
    host.call(host.values.object(contract, 'address'), host.values.toSymbol(name), host.values.object(args, 'vec')),
  ),
  0: fn('try_call', (host, contract: bigint, name: bigint, args: bigint) =>
    host.tryCall(host.values.object(contract, 'address'), host.values.toSymbol(name), host.values.object(args, 'vec')),
  ),
};

const sized = (host: Host, v: Val, length: number, what: string): Uint8Array => {
  const bytes = host.values.object(v, 'bytes');
  if (bytes.length !== length) throw new HostError('Crypto', 'InvalidInput', `${what} has ${length} bytes`);
  return bytes;
};

export const crypto: HostFunctions = {
  _: fn('compute_hash_sha256', (host, v: bigint) => {
    const bytes = host.values.object(v, 'bytes');
    host.cost.hash(bytes.length);
    return host.values.bytes(sha256(bytes));
  }),
  0: fn('verify_sig_ed25519', (host, key: bigint, message: bigint, signature: bigint) => {
    const bytes = host.values.object(message, 'bytes');
    host.cost.ed25519(bytes.length);
    const good = verifyEd25519(sized(host, key, 32, 'a public key'), bytes, sized(host, signature, 64, 'a signature'));
    if (!good) throw host.fail(new HostError('Crypto', 'InvalidInput', 'failed ED25519 verification'));
    return VOID;
  }),
  1: fn('compute_hash_keccak256', (host, v: bigint) => {
    const bytes = host.values.object(v, 'bytes');
    host.cost.hash(bytes.length);
    return host.values.bytes(keccak_256(bytes));
  }),
};

const strkeyText = (host: Host, v: Val): string => {
  const type = tagOf(v) === tags.bytes ? 'bytes' : 'string';
  return Buffer.from(host.values.object(v, type)).toString('latin1');
};

const noDelegates = (label: string) =>
  fn(label, () => {
    throw new HostError('Auth', 'InvalidAction', `${label} is not supported here`);
  });

export const address: HostFunctions = {
  _: fn('require_auth_for_args', (host, who: bigint, args: bigint) => {
    host.auth.require(
      host.values.object(who, 'address'),
      host.values.object(args, 'vec').map((a) => host.values.toXdr(a)),
    );
    return VOID;
  }),
  0: fn('require_auth', (host, who: bigint) => {
    host.auth.require(host.values.object(who, 'address'), undefined);
    return VOID;
  }),
  1: fn('strkey_to_address', (host, v: bigint) => {
    const found = addressFromStrkey(strkeyText(host, v));
    if (found.kind > 1) throw new HostError('Value', 'InvalidInput', 'not an account or a contract');
    return host.values.address(found);
  }),
  2: fn('address_to_strkey', (host, v: bigint) => host.values.string(host.values.object(v, 'address').text)),
  3: noDelegates('authorize_as_curr_contract'),
  4: fn('get_address_from_muxed_address', (host, v: bigint) => host.values.address(demux(host.values.object(v, 'muxed')).address)),
  5: fn('get_id_from_muxed_address', (host, v: bigint) => host.values.number('u64', demux(host.values.object(v, 'muxed')).id)),
  6: fn('get_address_executable', (host, v: bigint) => addressExecutable(host, v)),
  7: fn('strkey_to_muxed_address', (host, v: bigint) => host.values.address(addressFromStrkey(strkeyText(host, v)))),
  8: fn('muxed_address_to_strkey', (host, v: bigint) =>
    host.values.string((tagOf(v) === tags.muxed ? host.values.object(v, 'muxed') : host.values.object(v, 'address')).text),
  ),
  9: noDelegates('get_delegated_signers_for_current_auth_check'),
  a: noDelegates('delegate_account_auth'),
};

const addressExecutable = (host: Host, v: Val): Val => {
  const found = host.values.object(v, 'address');
  const tagged = (...items: Val[]) => host.values.vec(items);
  if (found.kind === 0) return host.accountExists(found.text) ? tagged(host.values.symbol('Account')) : VOID;
  if (!host.contractExists(found)) return VOID;
  const { executable } = host.instance(found);
  if (executable.type === 'contractExecutableWasm') return tagged(host.values.symbol('Wasm'), host.values.bytes(executable.wasmHash.value));
  return tagged(host.values.symbol('StellarAsset'));
};

export const prng: HostFunctions = {
  _: fn('prng_reseed', (host, v: bigint) => {
    const seed = host.values.object(v, 'bytes');
    if (seed.length !== 32) throw new HostError('Value', 'UnexpectedSize', 'a seed has 32 bytes');
    host.reseed(seed);
    return VOID;
  }),
  0: fn('prng_bytes_new', (host, length: bigint) => host.values.bytes(host.prng.bytes(toU32(length)))),
  1: fn('prng_u64_in_inclusive_range', (host, low: bigint, high: bigint) => host.prng.u64Between(low, high)),
  2: fn('prng_vec_shuffle', (host, v: bigint) => host.values.vec(host.prng.shuffle(host.values.object(v, 'vec')))),
};

export const test: HostFunctions = {
  _: fn('dummy0', () => VOID),
};

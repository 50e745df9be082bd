/**
 * Calls of fixtures/exercise, one after the other: run in the real host by fixtures/recorder, replayed here by exercise.test.ts.
 * How to record anew: README.md. Run as a program it prints the script for the recorder.
 */
import { createHash, createPrivateKey, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Account, Address, Keypair, MuxedAccount, nativeToScVal, xdr } from '@stellar/stellar-sdk/base';
import { accountEntry, newAccount } from '../ledger/accounts.ts';
import { defaultConfig, type NetworkConfig } from '../ledger/config.ts';
import { entryKey, keyOf, ttlKey } from '../ledger/entries.ts';
import { genesisEntries, networkIdOf } from '../ledger/genesis.ts';
import { nativeContractId } from './native-events.ts';

export const config: NetworkConfig = { ...defaultConfig, protocolVersion: 28 };
export const networkId = networkIdOf(config.passphrase);
const wasm = new Uint8Array(readFileSync(new URL('../../fixtures/exercise.wasm', import.meta.url)));
const wasmHash = new Uint8Array(createHash('sha256').update(wasm).digest());

export interface Step {
  readonly name: string;
  readonly ledger: number;
  readonly time: number;
  readonly function: xdr.HostFunction;
}

const keypairOf = (n: number): Keypair => Keypair.fromRawEd25519Seed(new Uint8Array(32).fill(n));
export const deployer = keypairOf(1);
const stranger = keypairOf(2).publicKey();
const token = nativeContractId(config.passphrase);

/** The first ledger, and a deployer with a thousand lumens. */
export const startEntries = (): xdr.LedgerEntry[] => [...genesisEntries(config), accountEntry(newAccount(deployer.publicKey(), 10_000_000_000n, 1n), 2)];

const { ScVal } = xdr;
const u32 = (n: number) => ScVal.scvU32(n);
const u64 = (n: bigint) => ScVal.scvU64(n);
const i64 = (n: bigint) => ScVal.scvI64(n);
const i128 = (n: bigint) => nativeToScVal(n, { type: 'i128' });
const u256 = (n: bigint) => nativeToScVal(n, { type: 'u256' });
const i256 = (n: bigint) => nativeToScVal(n, { type: 'i256' });
const sym = (s: string) => ScVal.scvSymbol(s);
const str = (s: string) => ScVal.scvString(s);
const bytes = (...b: number[]) => ScVal.scvBytes(new xdr.ScBytes(new Uint8Array(b)));
const raw = (b: Uint8Array) => ScVal.scvBytes(new xdr.ScBytes(b));
const vec = (...v: xdr.ScVal[]) => ScVal.scvVec(v);
const map = (...entries: [xdr.ScVal, xdr.ScVal][]) => ScVal.scvMap(entries.map(([key, val]) => new xdr.ScMapEntry({ key, val })));
const addr = (a: string) => new Address(a).toScVal();
const pair = (left: bigint, right: number | undefined) => map([sym('left'), i128(left)], [sym('right'), right === undefined ? ScVal.scvVoid() : u32(right)]);

const contractIdOf = (address: string, salt: Uint8Array): string => {
  const contractIdPreimage = xdr.ContractIdPreimage.contractIdPreimageFromAddress(
    new xdr.ContractIdPreimageFromAddress({ address: new Address(address).toScAddress(), salt }),
  );
  const preimage = xdr.HashIdPreimage.envelopeTypeContractId(new xdr.HashIdPreimageContractId({ networkId, contractIdPreimage }));
  return Address.contract(new Uint8Array(createHash('sha256').update(preimage.toXdr()).digest())).toString();
};
const salt = (n: number) => new Uint8Array(32).fill(n);
const one = contractIdOf(deployer.publicKey(), salt(1));
const two = contractIdOf(deployer.publicKey(), salt(2));

const invoke = (contract: string, name: string, ...args: xdr.ScVal[]): xdr.HostFunction =>
  xdr.HostFunction.hostFunctionTypeInvokeContract(
    new xdr.InvokeContractArgs({ contractAddress: new Address(contract).toScAddress(), functionName: name, args }),
  );
const create = (n: number, ...constructorArgs: xdr.ScVal[]): xdr.HostFunction =>
  xdr.HostFunction.hostFunctionTypeCreateContractV2(
    new xdr.CreateContractArgsV2({
      contractIdPreimage: xdr.ContractIdPreimage.contractIdPreimageFromAddress(
        new xdr.ContractIdPreimageFromAddress({ address: new Address(deployer.publicKey()).toScAddress(), salt: salt(n) }),
      ),
      executable: xdr.ContractExecutable.contractExecutableWasm(wasmHash),
      constructorArgs,
    }),
  );

const signer = createPrivateKey({
  key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.alloc(32, 5)]),
  format: 'der',
  type: 'pkcs8',
});
const message = new Uint8Array([1, 2, 3]);
const signature = new Uint8Array(sign(null, message, signer));
const publicKey = Keypair.fromRawEd25519Seed(new Uint8Array(32).fill(5)).rawPublicKey();

const everyKind: xdr.ScVal[] = [
  str('b'),
  str('abc'),
  sym('zz'),
  sym('a_long_symbol_here'),
  sym('A'),
  u64(2n ** 60n),
  u64(3n),
  i64(-(2n ** 60n)),
  i64(-1n),
  u32(7),
  ScVal.scvI32(-7),
  ScVal.scvI32(7),
  i128(-(2n ** 90n)),
  i128(5n),
  i128(2n ** 90n),
  nativeToScVal(2n ** 100n, { type: 'u128' }),
  nativeToScVal(1n, { type: 'u128' }),
  u256(2n ** 200n),
  u256(2n),
  i256(-(2n ** 200n)),
  i256(2n),
  bytes(1, 2),
  bytes(1),
  bytes(0, 255),
  vec(u32(1), u32(2)),
  vec(u32(1)),
  vec(),
  map([sym('a'), u32(1)]),
  map([sym('a'), u32(1)], [sym('b'), u32(0)]),
  map(),
  addr(deployer.publicKey()),
  addr(stranger),
  addr(one),
  addr(two),
  ScVal.scvBool(true),
  ScVal.scvBool(false),
  ScVal.scvVoid(),
  ScVal.scvTimepoint(5n),
  ScVal.scvTimepoint(2n ** 60n),
  ScVal.scvDuration(4n),
];

type Call = readonly [name: string, fn: xdr.HostFunction];
const on = (name: string, ...args: xdr.ScVal[]): Call => [name, invoke(one, name, ...args)];
const list = (...n: number[]) => vec(...n.map(u32));
const relayed = (how: 'relay' | 'relay_try', name: string, ...args: xdr.ScVal[]): Call => [
  `${how} ${name}`,
  invoke(one, how, addr(two), sym(name), vec(...args)),
];

const calls: Call[] = [
  ['upload', xdr.HostFunction.hostFunctionTypeUploadContractWasm(wasm)],
  ['create', create(1, u32(11))],
  ['create again', create(1, u32(11))],
  ['create without arguments', create(3)],
  ['create another', create(2, u32(22))],
  on('start'),
  on('no_such_function'),
  on('start', u32(1)),
  on('__constructor', u32(1)),
  ...everyKind.map((v): Call => on('echo', v)),
  on('sort', vec(...everyKind)),
  on('sort', vec(...[...everyKind].reverse())),
  on('maps', map([sym('a'), i128(1n)], [sym('b'), i128(2n ** 80n)]), sym('c')),
  on('maps', map(), sym('a')),
  on('map_at', map([sym('a'), i128(1n)]), sym('b')),
  on('vecs', list(1, 3, 5, 5, 9), u32(5)),
  on('vecs', list(1, 3, 5, 5, 9), u32(4)),
  on('vecs', list(1), u32(4)),
  on('vec_at', list(1, 2), u32(2)),
  on('vec_part', list(1, 2, 3), u32(1), u32(3)),
  on('vec_part', list(1, 2, 3), u32(1), u32(4)),
  on('bytes', bytes(1, 2, 3, 4), u32(1)),
  on('bytes', bytes(1, 2, 3, 4), u32(4)),
  on('bytes', bytes(1, 2, 3, 4), u32(5)),
  on('byte_at', bytes(1), u32(1)),
  on('texts', str('hello_mesh'), sym('short')),
  on('texts', str('with blank'), sym('short')),
  on('texts', str(''), sym('a_long_symbol_here')),
  on('toxdr', vec(...everyKind)),
  on('unxdr', raw(vec(...everyKind).toXdr())),
  on('unxdr', bytes(0, 0, 0, 99)),
  on('unxdr', raw(ScVal.scvLedgerKeyContractInstance().toXdr())),
  on('wide', u256(2n ** 120n), u256(7n), i256(-(2n ** 90n)), i256(13n), u32(9)),
  on('wide', u256(2n ** 200n), u256(2n ** 100n), i256(1n), i256(1n), u32(0)),
  on('wide', u256(1n), u256(0n), i256(1n), i256(1n), u32(0)),
  on('wide', u256(1n), u256(1n), i256(1n), i256(1n), u32(256)),
  on('wide_sub', u256(1n), u256(2n)),
  on('pow', u256(3n), u32(100)),
  on('pow', u256(3n), u32(200)),
  on('pow', u256(1n), u32(4_000_000_000)),
  on('wide_bytes', u256(2n ** 255n + 5n), i256(-3n)),
  on('small', i128(2n ** 100n), u64(2n ** 63n), i64(-(2n ** 63n)), ScVal.scvTimepoint(2n ** 60n), ScVal.scvDuration(5n)),
  on('add', i64(2n ** 62n), i64(2n ** 62n)),
  on('add', i64(-5n), i64(2n)),
  on('divide', i64(1n), i64(0n)),
  on('divide', i64(-(2n ** 63n)), i64(-1n)),
  on('add', u32(1), i64(1n)),
  on('hashes', bytes()),
  on('hashes', raw(new Uint8Array(300).fill(9))),
  on('verify', raw(publicKey), raw(message), raw(signature)),
  on('verify', raw(publicKey), bytes(1, 2, 4), raw(signature)),
  on('verify', raw(new Uint8Array(31)), raw(message), raw(signature)),
  on('strkeys', addr(one), str(two)),
  on('strkeys', addr(deployer.publicKey()), str(stranger)),
  on('strkeys', addr(stranger), str('not a strkey')),
  on('seeded', raw(salt(3)), list(...Array.from({ length: 12 }, (_, i) => i))),
  on('seeded', raw(new Uint8Array(31)), list(1)),
  ...[0, 1, 2].flatMap((kind): Call[] => [
    on('store', u32(kind), sym('key'), u32(1)),
    on('store', u32(kind), sym('key'), vec(str('more'), i128(2n ** 99n))),
    on('store', u32(kind), vec(sym('Compound'), u32(1)), ScVal.scvVoid()),
    on('drop_key', u32(kind), sym('key')),
    on('drop_key', u32(kind), sym('key')),
  ]),
  on('must_have', vec(sym('Compound'), u32(1))),
  on('must_have', sym('nothing')),
  on('extend', vec(sym('Compound'), u32(1)), u32(3_000_000), u32(3_000_000)),
  on('extend', vec(sym('Compound'), u32(1)), u32(10), u32(5)),
  on('extend', sym('nothing'), u32(5), u32(10)),
  ...[0, 1, 2, 3, 4].map((how): Call => on('fail', u32(how))),
  on('error_value', u32(0)),
  on('error_value', u32(1)),
  on('events', sym('somebody'), u32(3)),
  on('shapes', vec(vec(sym('Empty')), vec(sym('Round'), u32(5)), vec(sym('Edged'), pair(3n, undefined), sym('x')), vec(sym('Edged'), pair(3n, 1), sym('x')))),
  on('shapes', vec(vec(sym('Square')))),
  relayed('relay', 'start'),
  relayed('relay', 'fail', u32(0)),
  relayed('relay', 'fail', u32(4)),
  relayed('relay', 'no_such_function'),
  ...[0, 1, 2, 3, 4].map((how): Call => relayed('relay_try', 'fail', u32(how))),
  relayed('relay_try', 'no_such_function'),
  relayed('relay_try', 'error_value', u32(1)),
  relayed('relay_try', 'start', u32(1)),
  relayed('relay_try', 'store', u32(1), sym('from_afar'), u32(1)),
  ['relay to itself', invoke(one, 'relay_try', addr(one), sym('start'), vec())],
  ['relay back', invoke(one, 'relay_try', addr(two), sym('relay'), vec(addr(one), sym('start'), vec()))],
  ['relay to nobody', invoke(one, 'relay_try', addr(contractIdOf(stranger, salt(9))), sym('start'), vec())],
  ['nobody there', invoke(contractIdOf(stranger, salt(9)), 'start')],
  on('place'),
  on('deploy', raw(wasmHash), raw(salt(4)), u32(33)),
  on('deploy', raw(wasmHash), raw(salt(4)), u32(33)),
  on('deploy', raw(salt(8)), raw(salt(5)), u32(33)),
  ['fund the contract', invoke(token, 'transfer', addr(deployer.publicKey()), addr(one), i128(500_000_000n))],
  ['fund too much', invoke(token, 'transfer', addr(deployer.publicKey()), addr(one), i128(9_999_999_999n))],
  ['a negative amount', invoke(token, 'transfer', addr(deployer.publicKey()), addr(one), i128(-1n))],
  on('token', addr(token), addr(stranger), i128(9_999_999n)),
  on('token', addr(token), addr(stranger), i128(10_000_000n)),
  on('token', addr(token), addr(stranger), i128(1n)),
  on('token', addr(token), addr(two), i128(2n)),
  on('token', addr(token), addr(two), i128(2n ** 70n)),
  on('token', addr(token), addr(stranger), i128(2n ** 70n)),
  on('token_muxed', addr(token), new Address(new MuxedAccount(new Account(stranger, '0'), '77').accountId()).toScVal(), i128(3n)),
  on('allow', addr(token), addr(two), i128(1000n), u32(5000)),
  ['take what is allowed', invoke(two, 'take', addr(token), addr(one), addr(stranger), i128(400n))],
  ['take more', invoke(two, 'take', addr(token), addr(one), addr(stranger), i128(601n))],
  on('allow', addr(token), addr(two), i128(1000n), u32(1)),
  ['burn', invoke(token, 'burn', addr(deployer.publicKey()), i128(1n))],
  ['mint', invoke(token, 'mint', addr(deployer.publicKey()), i128(1n))],
  ['admin', invoke(token, 'admin')],
  ['balance of nobody', invoke(token, 'balance', addr(keypairOf(9).publicKey()))],
  ['balance of a contract without any', invoke(token, 'balance', addr(contractIdOf(stranger, salt(9))))],
  ['an unknown function of the token', invoke(token, 'melt')],
  on('upgrade', raw(salt(8))),
  on('upgrade', raw(wasmHash)),
];

/** Later steps come after temporary entries have lapsed, and after persistent ones were archived. */
const later: readonly (readonly [ledgers: number, call: Call])[] = [
  [20_000, on('store', u32(0), vec(sym('Compound'), u32(1)), u32(1))],
  [2_200_000, on('must_have', vec(sym('Compound'), u32(1)))],
  [2_200_001, on('store', u32(2), sym('late'), u32(1))],
];

const firstLedger = 1000;
const time = 1_795_000_000;
export const steps: readonly Step[] = [
  ...calls.map(([name, fn], i) => ({ name, ledger: firstLedger + i, time: time + 5 * i, function: fn })),
  ...later.map(([ledgers, [name, fn]]) => ({ name: `${name}, later`, ledger: firstLedger + ledgers, time: time + 5 * ledgers, function: fn })),
];

if (import.meta.main) {
  const entries = startEntries();
  const ttls = new Map(entries.map((e) => [entryKey(keyOf(e)), e]));
  console.log(
    JSON.stringify({
      protocolVersion: config.protocolVersion,
      networkId: Buffer.from(networkId).toString('hex'),
      baseReserve: Number(config.baseReserve),
      minTemporaryTtl: config.minTemporaryTtl,
      minPersistentTtl: config.minPersistentTtl,
      maxEntryTtl: config.maxEntryTtl,
      entries: entries
        .filter((e) => e.data.type !== 'ttl')
        .map((e) => {
          const ttl = ttls.get(ttlKey(entryKey(keyOf(e))))?.data;
          return { key: entryKey(keyOf(e)), entry: e.toXdr('base64'), liveUntil: ttl?.type === 'ttl' ? ttl.ttl.liveUntilLedgerSeq : null };
        }),
      steps: steps.map((s) => ({
        name: s.name,
        ledger: s.ledger,
        time: s.time,
        function: s.function.toXdr('base64'),
        source: deployer.xdrPublicKey().toXdr('base64'),
      })),
    }),
  );
}

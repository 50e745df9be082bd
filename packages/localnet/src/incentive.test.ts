/** The stories of contracts/incentive, told in the real host and written down there, told again here with the same wasm. */
import { readdirSync, readFileSync } from 'node:fs';
import { Address, xdr } from '@stellar/stellar-sdk/base';
import { describe, expect, it } from 'vitest';
import { fromHex, sha256 } from './bytes.ts';
import { accountEntry, accountKey, accountOf, newAccount } from './ledger/accounts.ts';
import { defaultConfig, type NetworkConfig } from './ledger/config.ts';
import { type EntryKey, entryKey, keyOf } from './ledger/entries.ts';
import { genesisEntries, networkIdOf, rootKeypair } from './ledger/genesis.ts';
import { accountAddress } from './soroban/address.ts';
import { Host } from './soroban/host.ts';
import { type Ran, runHostFunction } from './soroban/run.ts';
import { Storage } from './soroban/storage.ts';
import { ttlEntry } from './soroban/ttl.ts';

interface Story {
  readonly story: string;
  readonly passphrase: string;
  /** hex */
  readonly deployer: string;
  readonly salt: string;
  readonly contract: string;
  readonly token: string;
  readonly config: string;
  readonly params: string;
  readonly deployedAt: number;
  readonly funded: string;
  readonly accounts: Readonly<Record<string, string>>;
  readonly steps: readonly {
    readonly function: string;
    readonly args: readonly string[];
    readonly at: number;
    readonly result: { readonly ok?: string; readonly error?: number; readonly trap?: string };
    readonly events: readonly string[];
  }[];
  readonly balances: Readonly<Record<string, string>>;
}

const folder = new URL('../../../contracts/incentive/', import.meta.url);
const wasm = new Uint8Array(readFileSync(new URL('incentive.wasm', folder)));
const files = readdirSync(new URL('vectors/', folder)).filter((name) => name.endsWith('.json'));
const ledgerSeconds = 5;

/** One ledger of entries. Each call is tried first, as in a simulation, then applied against the footprint that came out. */
class Place {
  readonly config: NetworkConfig;
  readonly entries = new Map<EntryKey, xdr.LedgerEntry>();
  readonly source: string;

  constructor(passphrase: string, source: string) {
    this.config = { ...defaultConfig, passphrase };
    this.source = source;
    for (const entry of genesisEntries(this.config)) this.put(entry);
  }

  put(entry: xdr.LedgerEntry): void {
    this.entries.set(entryKey(keyOf(entry)), entry);
  }

  run(fn: xdr.HostFunction, at: number): { readonly ran: Ran; readonly events: xdr.ContractEvent[] } {
    const seq = Math.floor(at / ledgerSeconds);
    const place = { view: this.entries, config: this.config, ledgerSeq: seq };
    const hostOn = (storage: Storage, mode: 'record' | 'enforce', entries: readonly xdr.SorobanAuthorizationEntry[]) =>
      new Host({
        ledger: { config: this.config, networkId: networkIdOf(this.config.passphrase), seq, closeTime: BigInt(at) },
        storage,
        prngSeed: sha256(new Uint8Array([1])),
        auth: () => ({ source: accountAddress(this.source), mode, entries, authenticate: () => undefined, nonce: () => 0n }),
      });
    const tried = Storage.recording(place);
    const trial = hostOn(tried, 'record', []);
    const first = runHostFunction(trial, fn);
    if (!first.ok) return { ran: first, events: trial.events.emitted() };
    const { footprint, restore } = tried.footprint();
    const storage = Storage.enforcing(place, footprint, restore);
    const host = hostOn(storage, 'enforce', trial.auth.recorded(true));
    const ran = runHostFunction(host, fn);
    expect(ran).toEqual(first);
    for (const { key, after, liveUntilAfter } of storage.changes()) {
      if (after) this.entries.set(key, after);
      else this.entries.delete(key);
      if (after && liveUntilAfter !== undefined) this.put(ttlEntry(key, liveUntilAfter, seq));
    }
    return { ran, events: host.events.emitted() };
  }

  invoke(contract: string, name: string, args: readonly xdr.ScVal[], at: number): ReturnType<Place['run']> {
    const call = new xdr.InvokeContractArgs({ contractAddress: new Address(contract).toScAddress(), functionName: name, args: [...args] });
    return this.run(xdr.HostFunction.hostFunctionTypeInvokeContract(call), at);
  }

  balance(token: string, of: string, at: number): bigint {
    const entry = of.startsWith('G') ? this.entries.get(accountKey(of)) : undefined;
    if (entry) return accountOf(entry).balance;
    const { ran } = this.invoke(token, 'balance', [new Address(of).toScVal()], at);
    if (!ran.ok || ran.value.type !== 'scvI128') throw new Error('no balance');
    return (ran.value.i128.hi << 64n) | ran.value.i128.lo;
  }
}

const value = (base64: string): xdr.ScVal => xdr.ScVal.fromXdr(base64, 'base64');
const i128 = (n: bigint): xdr.ScVal => xdr.ScVal.scvI128(new xdr.Int128Parts({ hi: n >> 64n, lo: BigInt.asUintN(64, n) }));

const begin = (story: Story): Place => {
  const deployer = Address.account(fromHex(story.deployer)).toString();
  const place = new Place(story.passphrase, deployer);
  const root = rootKeypair(story.passphrase).publicKey();
  for (const [id, stroops] of Object.entries(story.accounts)) place.put(accountEntry(newAccount(id, BigInt(stroops), 0n), 2));
  const at = story.deployedAt;
  expect(place.run(xdr.HostFunction.hostFunctionTypeUploadContractWasm(wasm), at).ran.ok).toBe(true);
  const create = new xdr.CreateContractArgsV2({
    contractIdPreimage: xdr.ContractIdPreimage.contractIdPreimageFromAddress(
      new xdr.ContractIdPreimageFromAddress({ address: new Address(deployer).toScAddress(), salt: fromHex(story.salt) }),
    ),
    executable: xdr.ContractExecutable.contractExecutableWasm(sha256(wasm)),
    constructorArgs: [value(story.config), value(story.params)],
  });
  const { ran } = place.run(xdr.HostFunction.hostFunctionTypeCreateContractV2(create), at);
  expect(ran.ok && ran.value.type === 'scvAddress' && Address.fromScAddress(ran.value.address).toString()).toBe(story.contract);
  const funder = new Place(story.passphrase, root);
  for (const [key, entry] of place.entries) funder.entries.set(key, entry);
  const transfer = [new Address(root).toScVal(), new Address(story.contract).toScVal(), i128(BigInt(story.funded))];
  expect(funder.invoke(story.token, 'transfer', transfer, at).ran.ok).toBe(true);
  for (const [key, entry] of funder.entries) place.entries.set(key, entry);
  return place;
};

/** Recorded through a call that catches what it calls: there every error of the host's own has one name. */
const outcome = (ran: Ran, caught: boolean): Story['steps'][number]['result'] => {
  if (ran.ok) return { ok: ran.value.toXdr('base64') };
  if (ran.error.type === 'Contract') return { error: ran.error.code };
  return { trap: caught && ran.error.recoverable ? 'Context' : ran.error.type };
};

it('has stories to tell', () => expect(files.length).toBeGreaterThan(0));

describe.each(files)('%s', (file) => {
  const story = JSON.parse(readFileSync(new URL(`vectors/${file}`, folder), 'utf8')) as Story;

  it(story.story, () => {
    const place = begin(story);
    for (const [i, step] of story.steps.entries()) {
      const { ran, events } = place.invoke(story.contract, step.function, step.args.map(value), step.at);
      expect(outcome(ran, step.result.trap === 'Context'), `step ${i}: ${step.function}`).toEqual(step.result);
      const own = events.filter((e) => e.contractId && Address.contract(e.contractId.value).toString() === story.contract);
      expect(
        own.map((e) => e.toXdr('base64')),
        `events of step ${i}: ${step.function}`,
      ).toEqual(step.events);
    }
    const end = story.steps.at(-1)?.at ?? story.deployedAt;
    for (const [who, stroops] of Object.entries(story.balances)) expect(place.balance(story.token, who, end), who).toBe(BigInt(stroops));
  });
});

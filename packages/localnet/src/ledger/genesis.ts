/** The first ledger: the root account of the network's passphrase, a faucet, and the native asset's contract. */
import { createHash } from 'node:crypto';
import { Keypair, xdr } from '@stellar/stellar-sdk/base';
import { addressFromStrkey, addressXdr } from '../soroban/address.ts';
import { nativeInstance } from '../soroban/asset/contract.ts';
import { nativeContractId } from '../soroban/native-events.ts';
import { ttlEntry } from '../soroban/ttl.ts';
import { accountEntry, newAccount } from './accounts.ts';
import type { NetworkConfig } from './config.ts';
import { entryKey, keyOf, ledgerEntry } from './entries.ts';

export const genesisSeq = 2;
/** What the faucet begins with; the rest stays with the root account. */
const faucetBalance = 500_000_000_000_000_000n;

export const networkIdOf = (passphrase: string): Uint8Array => new Uint8Array(createHash('sha256').update(passphrase).digest());
/** As on every network: its seed is the network's id. */
export const rootKeypair = (passphrase: string): Keypair => Keypair.fromRawEd25519Seed(networkIdOf(passphrase));
export const faucetKeypair = (passphrase: string): Keypair =>
  Keypair.fromRawEd25519Seed(new Uint8Array(createHash('sha256').update(`faucet of ${passphrase}`).digest()));

export const genesisEntries = (config: NetworkConfig): xdr.LedgerEntry[] => {
  const contract = addressXdr(addressFromStrkey(nativeContractId(config.passphrase)));
  const instance = ledgerEntry(
    xdr.LedgerEntryData.contractData(
      new xdr.ContractDataEntry({
        ext: xdr.ExtensionPoint.v0(),
        contract,
        key: xdr.ScVal.scvLedgerKeyContractInstance(),
        durability: xdr.ContractDataDurability.persistent,
        val: xdr.ScVal.scvContractInstance(nativeInstance()),
      }),
    ),
    genesisSeq,
  );
  const root = newAccount(rootKeypair(config.passphrase).publicKey(), config.totalCoins - faucetBalance, 0n);
  const faucet = newAccount(faucetKeypair(config.passphrase).publicKey(), faucetBalance, BigInt(genesisSeq) << 32n);
  return [
    accountEntry(root, genesisSeq),
    accountEntry(faucet, genesisSeq),
    instance,
    ttlEntry(entryKey(keyOf(instance)), genesisSeq + config.maxEntryTtl - 1, genesisSeq),
  ];
};

import { Keypair, xdr } from '@stellar/stellar-sdk/base';
import type { Chain } from './chain.ts';

/** The newest ledger and what it says about prices. */
export interface Ledger {
  readonly sequence: number;
  /** Unix seconds. The ledger's time, not this machine's: a Pi's clock may be wrong, and time bounds are judged by this one. */
  readonly closedAt: number;
  readonly baseFeeStroops: bigint;
  readonly baseReserveStroops: bigint;
  readonly protocolVersion: number;
}

export async function readLedger({ rpc }: Chain, signal?: AbortSignal): Promise<Ledger> {
  const answer = await rpc.call('getLatestLedger', {}, signal);
  const header = answer.xdr('headerXdr', (text) => xdr.LedgerHeader.fromXdr(text, 'base64'));
  return {
    sequence: answer.integer('sequence'),
    closedAt: answer.integer('closeTime'),
    baseFeeStroops: BigInt(header.baseFee),
    baseReserveStroops: BigInt(header.baseReserve),
    protocolVersion: header.ledgerVersion,
  };
}

/** The entries that exist, in the order of the keys; undefined where there is none. */
export async function readEntries(
  { rpc }: Chain,
  keys: readonly xdr.LedgerKey[],
  signal?: AbortSignal,
): Promise<{ readonly entries: readonly (xdr.LedgerEntryData | undefined)[]; readonly ledger: number }> {
  const texts = keys.map((key) => key.toXdr('base64'));
  const answer = await rpc.call('getLedgerEntries', { keys: texts }, signal);
  const found = new Map(answer.list('entries').map((entry) => [entry.text('key'), entry.xdr('xdr', (text) => xdr.LedgerEntryData.fromXdr(text, 'base64'))]));
  return { entries: texts.map((text) => found.get(text)), ledger: answer.integer('latestLedger') };
}

/** G... */
export const accountKey = (address: string): xdr.LedgerKey =>
  xdr.LedgerKey.account(new xdr.LedgerKeyAccount({ accountId: Keypair.fromPublicKey(address).xdrAccountId() }));

export const dataKey = (address: string, name: string): xdr.LedgerKey =>
  xdr.LedgerKey.data(new xdr.LedgerKeyData({ accountId: Keypair.fromPublicKey(address).xdrAccountId(), dataName: name }));

import { Keypair, xdr } from '@stellar/stellar-sdk/base';
import { signerOf } from '../keystore/derive.ts';
import { type Chain, chainOf } from './chain.ts';
import { networkOf } from './network.ts';
import type { Signer } from './transaction.ts';

/** Answers that a well-behaved server never gives: to be played word by word. `{ error }` becomes a JSON-RPC error, a thrown error a broken line. */
export type Script = Record<string, (params: Record<string, unknown>) => unknown>;

export interface Scripted extends Chain {
  /** Methods in the order in which they were called. */
  readonly calls: string[];
  script: Script;
}

export function scripted(script: Script): Scripted {
  const network = networkOf('local', { rpcUrl: 'http://127.0.0.1:1/rpc', contractId: 'C'.padEnd(56, 'A') });
  if ('fault' in network) throw new Error(network.fault);
  const calls: string[] = [];
  const fetch = async (_url: unknown, init?: RequestInit): Promise<Response> => {
    const { id, method, params } = JSON.parse(String(init?.body)) as { id: number; method: string; params: Record<string, unknown> };
    const play = scene.script[method];
    if (method === 'getNetwork' && !play) return Response.json({ jsonrpc: '2.0', id, result: { passphrase: network.passphrase } });
    calls.push(method);
    if (!play) throw new Error(`nobody expected ${method}`);
    const result = play(params);
    if (result instanceof Response) return result;
    const failed = typeof result === 'object' && result !== null && 'error' in result && 'code' in (result.error as object);
    return Response.json({ jsonrpc: '2.0', id, ...(failed ? result : { result }) });
  };
  const scene: Scripted = { ...chainOf(network, { fetch: fetch as typeof globalThis.fetch, timeoutMs: 2_000, answerBytesMax: 100_000 }), calls, script };
  return scene;
}

/** An account of its own for each letter. */
export const person = (letter: string): Signer => signerOf(new Uint8Array(32).fill(letter.charCodeAt(0)));

interface Holdings {
  readonly sequence?: bigint;
  readonly balance?: bigint;
  readonly subentries?: number;
  readonly selling?: bigint;
  readonly sponsoring?: number;
  readonly sponsored?: number;
}

export function accountEntry(
  address: string,
  { sequence = 0n, balance = 100_000_000n, subentries = 0, selling = 0n, sponsoring = 0, sponsored = 0 }: Holdings = {},
): { key: string; xdr: string } {
  const accountId = Keypair.fromPublicKey(address).xdrAccountId();
  const v2 = new xdr.AccountEntryExtensionV2({
    numSponsored: sponsored,
    numSponsoring: sponsoring,
    signerSponsoringIDs: [],
    ext: xdr.AccountEntryExtensionV2Ext.v0(),
  });
  const liabilities = new xdr.Liabilities({ buying: 0n, selling });
  const entry = new xdr.AccountEntry({
    accountId,
    balance,
    seqNum: sequence,
    numSubEntries: subentries,
    inflationDest: null,
    flags: 0,
    homeDomain: '',
    thresholds: new Uint8Array([1, 0, 0, 0]),
    signers: [],
    ext: xdr.AccountEntryExt.v1(new xdr.AccountEntryExtensionV1({ liabilities, ext: xdr.AccountEntryExtensionV1Ext.v2(v2) })),
  });
  return { key: xdr.LedgerKey.account(new xdr.LedgerKeyAccount({ accountId })).toXdr('base64'), xdr: xdr.LedgerEntryData.account(entry).toXdr('base64') };
}

export const transactionResult = (result: xdr.TransactionResultResult, feeCharged = 100n): string =>
  new xdr.TransactionResult({ feeCharged, result, ext: xdr.TransactionResultExt.v0() }).toXdr('base64');

export const emptyMeta = (returnValue?: xdr.ScVal): string =>
  xdr.TransactionMeta.v4(
    new xdr.TransactionMetaV4({
      ext: xdr.ExtensionPoint.v0(),
      txChangesBefore: [],
      operations: [],
      txChangesAfter: [],
      sorobanMeta: returnValue ? new xdr.SorobanTransactionMetaV2({ ext: xdr.SorobanTransactionMetaExt.v0(), returnValue }) : null,
      events: [],
      diagnosticEvents: [],
    }),
  ).toXdr('base64');

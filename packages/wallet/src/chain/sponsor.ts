import { FeeBumpTransaction, Operation, type OperationRecord } from '@stellar/stellar-sdk/base';
import { type Account, readAccounts } from './account.ts';
import type { Chain } from './chain.ts';
import { inclusionFee } from './fees.ts';
import { readLedger } from './ledger.ts';
import { build, readEnvelope, type Signed, type Signer, signTransaction, type Unsigned } from './transaction.ts';

export type SponsorRefusal =
  | { readonly refused: 'exists' }
  | { readonly refused: 'sponsor-missing' }
  | { readonly refused: 'insufficient'; readonly maxStroops: bigint; readonly feeMaxStroops: bigint };

/**
 * An account for somebody without any XLM: its reserve is held by the sponsor (CAP-33), its balance is `startStroops`, 0 by default. Two signatures:
 * the sponsor's and, as it takes an obligation on, the new account's.
 */
export async function prepareSponsoredAccount(
  chain: Chain,
  { sponsor, address, startStroops = 0n }: { sponsor: string; address: string; startStroops?: bigint },
  signal?: AbortSignal,
): Promise<Unsigned | SponsorRefusal> {
  const ledger = await readLedger(chain, signal);
  const [payer, existing] = await readAccounts(chain, [sponsor, address], ledger.baseReserveStroops, signal);
  if (existing) return { refused: 'exists' };
  if (!payer) return { refused: 'sponsor-missing' };
  const { bidStroops } = await inclusionFee(chain, 'classic', ledger, signal);
  const unsigned = build({
    chain,
    source: sponsor,
    sequence: payer.sequence,
    madeAt: ledger.closedAt,
    feeStroops: bidStroops,
    operations: [
      Operation.beginSponsoringFutureReserves({ sponsoredId: address }),
      Operation.createAccount({ destination: address, startingBalance: decimal(startStroops) }),
      Operation.endSponsoringFutureReserves({ source: address }),
    ],
  });
  return afford(payer, startStroops + 2n * ledger.baseReserveStroops, unsigned);
}

function afford(payer: Account, stroops: bigint, unsigned: Unsigned): Unsigned | SponsorRefusal {
  const max = payer.spendableStroops - unsigned.feeMaxStroops;
  if (stroops <= max) return unsigned;
  return { refused: 'insufficient', maxStroops: max > 0n ? max : 0n, feeMaxStroops: unsigned.feeMaxStroops };
}

/** Seven places, always: the SDK reads XLM. */
const decimal = (stroops: bigint): string => `${stroops / 10_000_000n}.${(stroops % 10_000_000n).toString().padStart(7, '0')}`;

/**
 * What the new account's side checks before it signs what a sponsor sent: that it is this and nothing else. An account's signature under a stranger's
 * transaction could otherwise pay, add a signer or promise anything. undefined: it may be signed.
 */
export function judgeSponsorship(chain: Chain, envelope: string, address: string): string | undefined {
  let transaction: ReturnType<typeof readEnvelope>;
  try {
    transaction = readEnvelope(chain, envelope);
  } catch {
    return 'not a transaction';
  }
  if (transaction instanceof FeeBumpTransaction) return 'a fee bump';
  const { source, operations } = transaction;
  if (source === address) return 'the new account would pay for it';
  const [begin, create, end, ...more] = operations;
  if (more.length || begin?.type !== 'beginSponsoringFutureReserves' || create?.type !== 'createAccount' || end?.type !== 'endSponsoringFutureReserves')
    return 'other operations than the three of a sponsored account';
  if (begin.sponsoredId !== address || create.destination !== address) return "another account's";
  if (!by(begin, source) || !by(create, source) || end.source !== address) return 'operations in the name of the wrong account';
  return undefined;
}

const by = (operation: OperationRecord, source: string): boolean => operation.source === undefined || operation.source === source;

/** Signs a sponsor's transaction for the new account, when it is one. */
export async function cosignSponsorship(chain: Chain, unsigned: Unsigned, signer: Signer): Promise<Signed> {
  const fault = judgeSponsorship(chain, unsigned.envelope, signer.address);
  if (fault) throw new RangeError(`sponsorship: ${fault}`);
  return signTransaction(chain, unsigned, signer);
}

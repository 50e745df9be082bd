/** What an operation may see and do. */
import { xdr } from '@stellar/stellar-sdk/base';
import { type Account, available, loadAccount, saveAccount } from '../../ledger/accounts.ts';
import type { NetworkConfig } from '../../ledger/config.ts';
import type { Delta } from '../../ledger/entries.ts';
import type { Tx } from '../envelope.ts';

export interface LedgerContext {
  readonly config: NetworkConfig;
  readonly networkId: Uint8Array;
  readonly seq: number;
  /** seconds since 1970 */
  readonly closeTime: bigint;
}

export interface OperationContext {
  readonly ledger: LedgerContext;
  readonly tx: Tx;
  /** the operation's own source, else the transaction's */
  readonly source: string;
  /** changes of this operation: merged into the transaction's when it succeeds */
  readonly delta: Delta;
  /** sponsored account -> its sponsor, for the rest of the transaction */
  readonly sponsorships: Map<string, string>;
  /** events of this operation */
  readonly events: xdr.ContractEvent[];
}

/** The operation ended with a result of its own that is not success: changes of the whole transaction are dropped. */
export class OperationFailed extends Error {
  override readonly name = 'OperationFailed';
  readonly result: xdr.OperationResult;

  constructor(result: xdr.OperationResult) {
    super(result.type);
    this.result = result;
  }
}

export const failed = (tr: xdr.OperationResultTr): OperationFailed => new OperationFailed(xdr.OperationResult.opInner(tr));
export const notSupported = (): OperationFailed => new OperationFailed(xdr.OperationResult.opNotSupported());

export const load = (ctx: OperationContext, id: string): Account | undefined => loadAccount(ctx.delta, id);
export const save = (ctx: OperationContext, account: Account): void => saveAccount(ctx.delta, account, ctx.ledger.seq);

export type Reserve = { readonly ok: true; readonly sponsor: string | null } | { readonly ok: false; readonly why: 'lowReserve' };

/** Finds who pays the reserve of `entries` more entries of `owner`, and books it with a sponsor. The owner's own record is the caller's to save. */
export const reserve = (ctx: OperationContext, owner: Account, entries: number): Reserve => {
  const { config } = ctx.ledger;
  const cost = BigInt(entries) * config.baseReserve;
  const sponsorId = ctx.sponsorships.get(owner.id);
  if (!sponsorId) return available(owner, config) >= cost ? { ok: true, sponsor: null } : { ok: false, why: 'lowReserve' };
  const sponsor = load(ctx, sponsorId);
  if (!sponsor || available(sponsor, config) < cost) return { ok: false, why: 'lowReserve' };
  save(ctx, { ...sponsor, numSponsoring: sponsor.numSponsoring + entries });
  return { ok: true, sponsor: sponsorId };
};

/** Takes the reserve of entries that go away off their sponsor's books. */
export const release = (ctx: OperationContext, sponsorId: string | null, entries: number): void => {
  const sponsor = sponsorId ? load(ctx, sponsorId) : undefined;
  if (sponsor) save(ctx, { ...sponsor, numSponsoring: sponsor.numSponsoring - entries });
};

/** An applied transaction as rows: itself, who took part, and its events in the order in which RPC servers number them. */
import { StrKey, xdr } from '@stellar/stellar-sdk/base';
import { base64, hex } from '../bytes.ts';
import type { EventRow, TransactionRow } from '../store/store.ts';
import type { Applied } from '../tx/apply.ts';
import { feeSource } from '../tx/envelope.ts';
import { inclusionBid } from '../tx/fees.ts';
import { muxedId, strkeyOf } from './accounts.ts';
import { eventId, operationMax, transactionMax } from './cursor.ts';

export interface ClosedAt {
  readonly ledger: number;
  readonly closeTime: number;
  readonly perOperation: bigint;
}

const addressesIn = (value: xdr.ScVal, into: Set<string>): void => {
  if (value.type === 'scvAddress' && value.address.type === 'scAddressTypeAccount') into.add(strkeyOf(value.address.accountId));
};

/** Accounts whose history shows it: sources, whoever an operation names, and whoever a transfer names. */
const participants = (applied: Applied): Set<string> => {
  const { tx } = applied;
  const out = new Set([tx.source, feeSource(tx)]);
  for (const { sourceAccount, body } of tx.inner.operations) {
    if (sourceAccount) out.add(muxedId(sourceAccount));
    if (body.type === 'createAccount') out.add(strkeyOf(body.createAccountOp.destination));
    if (body.type === 'payment') out.add(muxedId(body.paymentOp.destination));
    if (body.type === 'accountMerge') out.add(muxedId(body.destination));
    if (body.type === 'beginSponsoringFutureReserves') out.add(strkeyOf(body.beginSponsoringFutureReservesOp.sponsoredId));
  }
  for (const event of operationEvents(applied).flat()) {
    for (const topic of event.body.v0.topics) addressesIn(topic, out);
  }
  return out;
};

const metaOf = (applied: Applied): xdr.TransactionMetaV4 => {
  const meta = applied.resultMeta.txApplyProcessing;
  if (meta.type !== 'v4') throw new Error('metas here are of version 4');
  return meta.v4;
};

const operationEvents = (applied: Applied): xdr.ContractEvent[][] => metaOf(applied).operations.map((o) => o.events);

export const transactionRow = (applied: Applied, position: number, at: ClosedAt): TransactionRow & { readonly accounts: ReadonlySet<string> } => {
  const { tx } = applied;
  const bid = inclusionBid(tx) / tx.feeOperations;
  return {
    hash: tx.hash,
    innerHash: hex(tx.innerHashBytes),
    ledger: at.ledger,
    position,
    closeTime: at.closeTime,
    source: tx.source,
    successful: applied.successful,
    feeBump: tx.feeBump !== undefined,
    feePerOperation: Math.min(Number(bid), Number(at.perOperation)),
    envelope: tx.envelope.toXdr(),
    resultMeta: applied.resultMeta.toXdr(),
    accounts: participants(applied),
  };
};

export const eventRows = (applied: Applied, position: number, at: ClosedAt): EventRow[] => {
  const rows: EventRow[] = [];
  const add = (event: xdr.ContractEvent, id: string, operationIndex: number) => {
    if (event.type === xdr.ContractEventType.diagnostic) return;
    rows.push({
      id,
      ledger: at.ledger,
      closeTime: at.closeTime,
      transactionIndex: position,
      operationIndex,
      hash: applied.tx.hash,
      type: event.type === xdr.ContractEventType.system ? 'system' : 'contract',
      contract: event.contractId ? StrKey.encodeContract(event.contractId.value) : '',
      topics: event.body.v0.topics.map((t) => t.toXdr('base64')),
      value: base64(event.body.v0.data.toXdr()),
    });
  };
  // Fees stand before all transactions of the ledger, refunds after all: several share an operation index, so the event number tells them apart.
  for (const { stage, event } of metaOf(applied).events) {
    const before = stage === xdr.TransactionEventStage.transactionEventStageBeforeAllTxs;
    add(event, eventId({ ledger: at.ledger, transaction: before ? 0 : transactionMax, operation: before ? 0 : operationMax }, position - 1), 0);
  }
  for (const [operation, events] of operationEvents(applied).entries()) {
    for (const [i, event] of events.entries()) add(event, eventId({ ledger: at.ledger, transaction: position, operation }, i), operation);
  }
  return rows;
};

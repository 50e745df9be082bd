/** Transactions and payments as Horizon shows them. */
import { xdr } from '@stellar/stellar-sdk/base';

import { muxedId, strkeyOf } from '../ledger/accounts.ts';
import { toid } from '../ledger/cursor.ts';
import type { TransactionRow } from '../store/store.ts';
import { amount, isoTime, link } from './format.ts';
import { scAddressText, transferOf } from './transfers.ts';

interface Parts {
  readonly inner: xdr.Transaction;
  readonly outer: xdr.FeeBumpTransaction | undefined;
  readonly signatures: xdr.DecoratedSignature[];
  readonly innerSignatures: xdr.DecoratedSignature[];
}

const parts = (row: TransactionRow): Parts => {
  const envelope = xdr.TransactionEnvelope.fromXdr(row.envelope);
  if (envelope.type === 'envelopeTypeTx') {
    return { inner: envelope.v1.tx, outer: undefined, signatures: envelope.v1.signatures, innerSignatures: [] };
  }
  if (envelope.type !== 'envelopeTypeTxFeeBump') throw new Error('no such envelopes here');
  const { tx, signatures } = envelope.feeBump;
  return { inner: tx.innerTx.v1.tx, outer: tx, signatures, innerSignatures: tx.innerTx.v1.signatures };
};

const memoJson = (memo: xdr.Memo): object => {
  switch (memo.type) {
    case 'memoNone':
      return { memo_type: 'none' };
    case 'memoText':
      return { memo_type: 'text', memo: memo.text.toString(), memo_bytes: Buffer.from(memo.text.bytes).toString('base64') };
    case 'memoId':
      return { memo_type: 'id', memo: memo.id.toString() };
    case 'memoHash':
      return { memo_type: 'hash', memo: Buffer.from(memo.hash.value).toString('base64') };
    case 'memoReturn':
      return { memo_type: 'return', memo: Buffer.from(memo.retHash.value).toString('base64') };
  }
};

const token = (row: TransactionRow, operation: number): string => toid({ ledger: row.ledger, transaction: row.position, operation }).toString();
const texts = (signatures: xdr.DecoratedSignature[]): string[] => signatures.map((s) => Buffer.from(s.signature.value).toString('base64'));

const preconditions = ({ cond }: xdr.Transaction): object => {
  const time = cond.type === 'precondTime' ? cond.timeBounds : cond.type === 'precondV2' ? cond.v2.timeBounds : null;
  return time ? { preconditions: { timebounds: { min_time: time.minTime.toString(), ...(time.maxTime > 0n && { max_time: time.maxTime.toString() }) } } } : {};
};

export const transactionJson = (row: TransactionRow, base: string): Record<string, unknown> => {
  const { inner, outer, signatures, innerSignatures } = parts(row);
  const meta = xdr.TransactionResultMetaV1.fromXdr(row.resultMeta);
  const { result } = meta.result;
  const self = `${base}/transactions/${row.hash}`;
  const feeAccount = outer ? muxedId(outer.feeSource) : row.source;
  return {
    _links: {
      self: link(self),
      account: link(`${base}/accounts/${row.source}`),
      ledger: link(`${base}/ledgers/${row.ledger}`),
      operations: link(`${self}/operations{?cursor,limit,order}`, true),
      effects: link(`${self}/effects{?cursor,limit,order}`, true),
      precedes: link(`${base}/transactions?order=asc&cursor=${token(row, 0)}`),
      succeeds: link(`${base}/transactions?order=desc&cursor=${token(row, 0)}`),
      transaction: link(self),
    },
    id: row.hash,
    paging_token: token(row, 0),
    successful: row.successful,
    hash: row.hash,
    ledger: row.ledger,
    created_at: isoTime(row.closeTime),
    source_account: row.source,
    source_account_sequence: inner.seqNum.toString(),
    fee_account: feeAccount,
    fee_charged: result.feeCharged.toString(),
    max_fee: (outer?.fee ?? BigInt(inner.fee)).toString(),
    operation_count: inner.operations.length,
    envelope_xdr: Buffer.from(row.envelope).toString('base64'),
    result_xdr: result.toXdr('base64'),
    result_meta_xdr: meta.txApplyProcessing.toXdr('base64'),
    fee_meta_xdr: xdr.encodeArray(xdr.LedgerEntryChange, meta.feeProcessing, 'base64'),
    ...memoJson(inner.memo),
    signatures: texts(signatures),
    ...preconditions(inner),
    ...(outer && {
      fee_bump_transaction: { hash: row.hash, signatures: texts(signatures) },
      inner_transaction: { hash: row.innerHash, signatures: texts(innerSignatures), max_fee: inner.fee.toString() },
    }),
  };
};

/** Operations that moved lumens: the ones Horizon lists under payments. */
export const paymentsJson = (row: TransactionRow, base: string, account: string | undefined): Record<string, unknown>[] => {
  const { inner } = parts(row);
  const meta = xdr.TransactionResultMetaV1.fromXdr(row.resultMeta);
  return inner.operations.flatMap((op, i) => {
    const source = op.sourceAccount ? muxedId(op.sourceAccount) : row.source;
    const moved = movement(op, source, meta, i);
    if (!moved || (account && !moved.accounts.has(account) && source !== account)) return [];
    const id = token(row, i + 1);
    return [
      {
        _links: {
          self: link(`${base}/operations/${id}`),
          transaction: link(`${base}/transactions/${row.hash}`),
          effects: link(`${base}/operations/${id}/effects`),
          succeeds: link(`${base}/effects?order=desc&cursor=${id}`),
          precedes: link(`${base}/effects?order=asc&cursor=${id}`),
        },
        id,
        paging_token: id,
        transaction_successful: row.successful,
        source_account: source,
        created_at: isoTime(row.closeTime),
        transaction_hash: row.hash,
        ...moved.fields,
      },
    ];
  });
};

interface Movement {
  readonly accounts: ReadonlySet<string>;
  readonly fields: object;
}

const movement = (op: xdr.Operation, source: string, meta: xdr.TransactionResultMetaV1, index: number): Movement | undefined => {
  const { body } = op;
  switch (body.type) {
    case 'createAccount': {
      const id = strkeyOf(body.createAccountOp.destination);
      const fields = { type: 'create_account', type_i: 0, starting_balance: amount(body.createAccountOp.startingBalance), funder: source, account: id };
      return { accounts: new Set([source, id]), fields };
    }
    case 'payment': {
      const to = muxedId(body.paymentOp.destination);
      const fields = { type: 'payment', type_i: 1, asset_type: 'native', from: source, to, amount: amount(body.paymentOp.amount) };
      return { accounts: new Set([source, to]), fields };
    }
    case 'accountMerge': {
      const into = muxedId(body.destination);
      return { accounts: new Set([source, into]), fields: { type: 'account_merge', type_i: 8, account: source, into } };
    }
    case 'invokeHostFunction': {
      const transfers = eventsOf(meta, index).flatMap((e) => transferOf(e) ?? []);
      if (transfers.length === 0) return undefined;
      return { accounts: new Set(transfers.flatMap((t) => [t.from, t.to])), fields: invocation(body.invokeHostFunctionOp.hostFunction, transfers) };
    }
    default:
      return undefined;
  }
};

const eventsOf = (meta: xdr.TransactionResultMetaV1, index: number): xdr.ContractEvent[] =>
  meta.txApplyProcessing.type === 'v4' ? (meta.txApplyProcessing.v4.operations[index]?.events ?? []) : [];

const functionNames: Readonly<Record<string, string>> = {
  hostFunctionTypeInvokeContract: 'HostFunctionTypeHostFunctionTypeInvokeContract',
  hostFunctionTypeCreateContract: 'HostFunctionTypeHostFunctionTypeCreateContract',
  hostFunctionTypeCreateContractV2: 'HostFunctionTypeHostFunctionTypeCreateContractV2',
  hostFunctionTypeUploadContractWasm: 'HostFunctionTypeHostFunctionTypeUploadContractWasm',
};

const invocation = (fn: xdr.HostFunction, transfers: readonly { from: string; to: string; amount: bigint }[]): object => {
  const args =
    fn.type === 'hostFunctionTypeInvokeContract'
      ? [xdr.ScVal.scvAddress(fn.invokeContract.contractAddress), xdr.ScVal.scvSymbol(fn.invokeContract.functionName), ...fn.invokeContract.args]
      : [];
  return {
    type: 'invoke_host_function',
    type_i: 24,
    function: functionNames[fn.type],
    parameters: args.map((a) => ({ type: a.type.replace(/^scv/, ''), value: a.toXdr('base64') })),
    address: fn.type === 'hostFunctionTypeInvokeContract' ? scAddressText(fn.invokeContract.contractAddress) : '',
    asset_balance_changes: transfers.map((t) => ({ asset_type: 'native', type: 'transfer', from: t.from, to: t.to, amount: amount(t.amount) })),
  };
};

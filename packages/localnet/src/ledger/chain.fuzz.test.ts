/** Transactions with a few bytes changed, signed as they then are: whatever they ask for, the chain answers, closes, and loses no lumen. */
import {
  Account,
  Address,
  Asset,
  Contract,
  Keypair,
  nativeToScVal,
  Operation,
  SorobanDataBuilder,
  type Transaction,
  TransactionBuilder,
  xdr,
} from '@stellar/stellar-sdk/base';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { sha256 } from '../bytes.ts';
import { startMs } from '../localnet.fixture.ts';
import { nativeContractId } from '../soroban/native-events.ts';
import { simulate } from '../soroban/simulate.ts';
import { Store } from '../store/store.ts';
import { MalformedEnvelope, parseEnvelope } from '../tx/envelope.ts';
import { accountOf } from './accounts.ts';
import { Chain } from './chain.ts';
import { defaultConfig as config } from './config.ts';
import { faucetKeypair, networkIdOf, rootKeypair } from './genesis.ts';

const { passphrase } = config;
const root = rootKeypair(passphrase);
const other = faucetKeypair(passphrase).publicKey();
const networkId = networkIdOf(passphrase);

const build = (operation: xdr.Operation, sequence: bigint, soroban?: xdr.SorobanTransactionData): Transaction => {
  const builder = new TransactionBuilder(new Account(root.publicKey(), sequence.toString()), { fee: '1000', networkPassphrase: passphrase });
  if (soroban) builder.setSorobanData(soroban);
  return builder.addOperation(operation).setTimeout(0).build();
};

const kinds: ((sequence: bigint, chain: Chain) => Transaction)[] = [
  (n) => build(Operation.payment({ destination: other, amount: '5', asset: Asset.native() }), n),
  (n) => build(Operation.createAccount({ destination: Keypair.random().publicKey(), startingBalance: '5' }), n),
  (n) => build(Operation.manageData({ name: 'some name', value: 'some value' }), n),
  (n) => build(Operation.setOptions({ homeDomain: 'mesh.example', lowThreshold: 1 }), n),
  (n) => build(Operation.accountMerge({ destination: other }), n),
  (n, chain) => {
    const args = [new Address(root.publicKey()).toScVal(), new Address(other).toScVal(), nativeToScVal(5n, { type: 'i128' })];
    const plain = build(new Contract(nativeContractId(passphrase)).call('transfer', ...args), n);
    const tx = parseEnvelope(plain.toEnvelope().toXdr('base64'), networkId);
    const simulated = simulate({ tx, view: chain.view, ledger: chain.next(), authMode: 'record', upgradedAuth: true, instructionLeeway: 0 });
    if (!simulated.ok || !simulated.result) throw new Error('a transfer must work');
    const [op] = plain.operations;
    if (op?.type !== 'invokeHostFunction') throw new Error('no invocation');
    const data = new SorobanDataBuilder(simulated.data).setResourceFee((simulated.minResourceFee * 2n).toString()).build();
    return build(Operation.invokeHostFunction({ func: op.func, auth: [...simulated.result.auth] }), n, data);
  },
];

/** The transaction with bytes changed and a signature that fits, or undefined when it is none any more. */
const mutated = (tx: Transaction, changes: readonly { at: number; to: number }[]): string | undefined => {
  const envelope = tx.toEnvelope();
  if (envelope.type !== 'envelopeTypeTx') throw new Error('no plain transaction');
  const bytes = envelope.v1.tx.toXdr().slice();
  for (const { at, to } of changes) bytes[at % bytes.length] = to;
  try {
    const inner = xdr.Transaction.fromXdr(bytes);
    const tagged = xdr.TransactionSignaturePayloadTaggedTransaction.envelopeTypeTx(inner);
    const hash = sha256(new xdr.TransactionSignaturePayload({ networkId, taggedTransaction: tagged }).toXdr());
    const signatures = [root.signDecorated(hash)];
    return xdr.TransactionEnvelope.envelopeTypeTx(new xdr.TransactionV1Envelope({ tx: inner, signatures })).toXdr('base64');
  } catch {
    return undefined;
  }
};

const lumens = (chain: Chain): bigint => {
  let sum = xdr.LedgerHeader.fromXdr(chain.latest.header).feePool;
  for (const entry of chain.entriesOfType('account')) sum += accountOf(entry).balance;
  for (const entry of chain.entriesOfType('contractData')) {
    const { data } = entry;
    if (data.type !== 'contractData' || data.contractData.val.type !== 'scvMap') continue;
    const amount = data.contractData.val.map?.find((e) => e.key.type === 'scvSymbol' && e.key.sym.toString() === 'amount')?.val;
    if (amount?.type === 'scvI128') sum += (amount.i128.hi << 64n) | amount.i128.lo;
  }
  return sum;
};

it('answers, closes, and keeps every lumen', () => {
  const change = fc.record({ at: fc.nat(2_000), to: fc.nat(255) });
  let included = 0;
  fc.assert(
    fc.property(fc.nat(kinds.length - 1), fc.array(change, { maxLength: 3 }), (kind, changes) => {
      using store = Store.open(undefined);
      const chain = new Chain({ store, config, clock: () => startMs });
      const envelope = mutated(kinds[kind]!(0n, chain), changes);
      if (envelope === undefined) return;
      try {
        const tx = parseEnvelope(envelope, networkId);
        simulate({ tx, view: chain.view, ledger: chain.next(), authMode: undefined, upgradedAuth: true, instructionLeeway: 0 });
        chain.submit(envelope);
      } catch (error) {
        if (!(error instanceof MalformedEnvelope)) throw error;
      }
      chain.close();
      const [row] = store.transactionsOf(chain.latest.seq);
      if (row?.successful) included++;
      expect(lumens(chain)).toBe(config.totalCoins);
    }),
    { numRuns: 400 },
  );
  // Not all were refused at the door.
  expect(included).toBeGreaterThan(0);
});

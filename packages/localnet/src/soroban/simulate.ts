/** A trial run: what the call would return, which entries it touches, who must sign, and what to pay. Leaves no trace. */
import { randomBytes } from 'node:crypto';
import { xdr } from '@stellar/stellar-sdk/base';
import { accountEntry, accountOf, muxedId } from '../ledger/accounts.ts';
import { type EntryKey, type EntryView, entryKey, ledgerKey, liveUntil, sizeOf } from '../ledger/entries.ts';
import type { Tx } from '../tx/envelope.ts';
import type { LedgerContext } from '../tx/operations/context.ts';
import { accountAddress, addressOf } from './address.ts';
import { type AuthOptions, addressCredentials } from './auth.ts';
import { authenticate, touchCredentials } from './authenticate.ts';
import { errorText } from './event-text.ts';
import { eventsFee, fixedFee, type Resources, rentFee } from './fees.ts';
import { Host } from './host.ts';
import { eventsSize, runHostFunction } from './run.ts';
import { type Change, Storage } from './storage.ts';

export interface SimulateOptions {
  readonly tx: Tx;
  readonly view: EntryView;
  /** the ledger it would enter */
  readonly ledger: LedgerContext;
  readonly authMode: 'enforce' | 'record' | 'record_allow_nonroot' | undefined;
  readonly upgradedAuth: boolean;
  readonly instructionLeeway: number;
}

export type Simulated =
  | { readonly ok: false; readonly error: string; readonly events: readonly xdr.DiagnosticEvent[] }
  | {
      readonly ok: true;
      readonly events: readonly xdr.DiagnosticEvent[];
      readonly result: { readonly auth: readonly xdr.SorobanAuthorizationEntry[]; readonly value: xdr.ScVal } | undefined;
      readonly data: xdr.SorobanTransactionData;
      readonly minResourceFee: bigint;
      readonly changes: readonly Change[];
    };

/** Head room between trial and application: others may change entries meanwhile, and signatures are still missing from the envelope. */
const headRoom = { instructions: 1.1, bytes: 1.1, signatureBytes: 500, refundable: 1.15 } as const;
const stretch = (n: number, by: number): number => Math.ceil(n * by);

export const simulate = (options: SimulateOptions): Simulated => {
  const { tx } = options;
  const [op] = tx.inner.operations;
  if (!op || tx.inner.operations.length !== 1) return refused('Transaction contains more than one operation');
  switch (op.body.type) {
    case 'invokeHostFunction':
      return simulateInvocation(options, op.body.invokeHostFunctionOp, op.sourceAccount ? muxedId(op.sourceAccount) : tx.source);
    case 'extendFootprintTtl':
      return simulateExtension(options, op.body.extendFootprintTtlOp.extendTo);
    case 'restoreFootprint':
      return simulateRestoration(options);
    default:
      return refused('Transaction contains unsupported operation type: only contract operations can be simulated');
  }
};

const refused = (error: string): Simulated => ({ ok: false, error, events: [] });

const simulateInvocation = (options: SimulateOptions, op: xdr.InvokeHostFunctionOp, sourceId: string): Simulated => {
  const { ledger, view } = options;
  const mode = options.authMode ?? (op.auth.length > 0 ? 'enforce' : 'record');
  if (mode !== 'enforce' && op.auth.length > 0) return refused('auth entries must be empty where they are recorded');
  const source = accountAddress(sourceId);
  const storage = Storage.recording({ view, config: ledger.config, ledgerSeq: ledger.seq });
  const authOf = (host: Host): AuthOptions => ({
    source,
    mode: mode === 'enforce' ? 'enforce' : mode === 'record' ? 'record' : 'recordAllowNonroot',
    entries: op.auth,
    authenticate: (entry, address) => authenticate(host, entry, address),
    nonce: () => randomBytes(8).readBigInt64BE(),
  });
  const host = new Host({ ledger, storage, auth: authOf, prngSeed: randomBytes(32) });
  const ran = runHostFunction(host, op.hostFunction);
  const events = host.events.diagnostics(ran.ok);
  if (!ran.ok) return { ok: false, error: errorText(ran.error, host.events.all), events };
  const auth = mode === 'enforce' ? [...op.auth] : host.auth.recorded(options.upgradedAuth);
  if (mode !== 'enforce') {
    for (const { credentials } of auth) {
      const carried = addressCredentials(credentials);
      if (carried) touchCredentials(host, addressOf(carried.address), carried.nonce);
    }
  }
  const { footprint, restore } = storage.footprint();
  const changes = storage.changes();
  const written = changes.reduce((sum, c) => sum + (c.after && c.after !== c.before ? sizeWhenApplied(c.after, ledger.seq) : 0), 0);
  const refundable = rentFee(changes, ledger.config, ledger.seq) + eventsFee(eventsSize(host.events.emitted(), ran.value), ledger.config.fees);
  const instructions = stretch(host.cost.instructions, headRoom.instructions) + options.instructionLeeway;
  const extra = auth.reduce((sum, a) => sum + a.toXdr().length, 0);
  const finished = assemble(options, footprint, restore, instructions, stretch(written, headRoom.bytes), extra, refundable);
  return { ok: true, events, result: { auth, value: ran.value }, changes, ...finished };
};

/** The source's own entry grows with its first transaction, by where and when its sequence number was used. */
const sizeWhenApplied = (entry: xdr.LedgerEntry, ledgerSeq: number): number =>
  sizeOf(entry.data.type === 'account' ? accountEntry({ ...accountOf(entry), seqLedger: ledgerSeq }, ledgerSeq) : entry);

const assemble = (
  { tx, view, ledger }: SimulateOptions,
  footprint: xdr.LedgerFootprint,
  restore: number[],
  instructions: number,
  writeBytes: number,
  extraBytes: number,
  refundable: bigint,
): { data: xdr.SorobanTransactionData; minResourceFee: bigint } => {
  const keys = [...footprint.readOnly, ...footprint.readWrite];
  const onDisk = keys.filter((k) => k.type !== 'contractData' && k.type !== 'contractCode').map(entryKey);
  const restored = restore.map((i) => entryKey(footprint.readWrite[i]!));
  const diskReadBytes = [...onDisk, ...restored].reduce((sum, key) => sum + (view.get(key) ? sizeOf(view.get(key)!) : 0), 0);
  const dataOf = (resourceFee: bigint) =>
    new xdr.SorobanTransactionData({
      ext: restore.length
        ? xdr.SorobanTransactionDataExt.resourceExt(new xdr.SorobanResourcesExtV0({ archivedSorobanEntries: restore }))
        : xdr.SorobanTransactionDataExt.v0(),
      resources: new xdr.SorobanResources({ footprint, instructions, diskReadBytes, writeBytes }),
      resourceFee,
    });
  const resources: Resources = {
    instructions,
    diskReadEntries: onDisk.length + restored.length,
    diskReadBytes,
    writeEntries: footprint.readWrite.length,
    writeBytes,
    transactionBytes: stretch(tx.size + extraBytes + dataOf(0n).toXdr().length, headRoom.bytes) + headRoom.signatureBytes,
  };
  const minResourceFee = fixedFee(resources, ledger.config.fees) + BigInt(stretch(Number(refundable), headRoom.refundable));
  return { data: dataOf(minResourceFee), minResourceFee };
};

const lifeChanges = (view: EntryView, keys: readonly EntryKey[], until: number, restored: boolean, due: (liveUntil: number) => boolean): Change[] =>
  keys.flatMap((key) => {
    const entry = view.get(key);
    const before = liveUntil(view, key);
    return entry && before !== undefined && due(before) ? [{ key, before: entry, after: entry, liveUntilBefore: before, liveUntilAfter: until, restored }] : [];
  });

const simulateExtension = (options: SimulateOptions, extendTo: number): Simulated => {
  const { tx, view, ledger } = options;
  if (!tx.soroban) return refused('extend ttl needs the footprint in the transaction data');
  const until = ledger.seq + extendTo;
  const keys = tx.soroban.resources.footprint.readOnly.map(entryKey);
  const changes = lifeChanges(view, keys, until, false, (before) => before >= ledger.seq && before < until);
  const footprint = new xdr.LedgerFootprint({ readOnly: changes.map((c) => ledgerKey(c.key)), readWrite: [] });
  const rent = rentFee(changes, ledger.config, ledger.seq);
  return { ok: true, events: [], result: undefined, changes, ...assemble(options, footprint, [], 0, 0, 0, rent) };
};

const simulateRestoration = (options: SimulateOptions): Simulated => {
  const { tx, view, ledger } = options;
  if (!tx.soroban) return refused('restore needs the footprint in the transaction data');
  const until = ledger.seq + ledger.config.minPersistentTtl - 1;
  const keys = tx.soroban.resources.footprint.readWrite.map(entryKey);
  const changes = lifeChanges(view, keys, until, true, (before) => before < ledger.seq);
  const footprint = new xdr.LedgerFootprint({ readOnly: [], readWrite: changes.map((c) => ledgerKey(c.key)) });
  const rent = rentFee(changes, ledger.config, ledger.seq);
  const written = changes.reduce((sum, c) => sum + sizeOf(c.after!), 0);
  return { ok: true, events: [], result: undefined, changes, ...assemble(options, footprint, [], 0, stretch(written, headRoom.bytes), 0, rent) };
};

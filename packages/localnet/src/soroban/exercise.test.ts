/** The same calls in both hosts: results, errors, events, footprints, entries and their times to live. */
import { readFileSync } from 'node:fs';
import { xdr } from '@stellar/stellar-sdk/base';
import { expect, it } from 'vitest';
import { type EntryKey, entryKey, keyOf, liveUntil } from '../ledger/entries.ts';
import { accountAddress } from './address.ts';
import { config, deployer, networkId, type Step, startEntries, steps } from './exercise.fixture.ts';
import { Host } from './host.ts';
import { runHostFunction } from './run.ts';
import { type Change, Storage } from './storage.ts';
import { ttlEntry } from './ttl.ts';

interface Recorded {
  readonly error?: string;
  readonly result: string;
  readonly events: string[];
  readonly auth: string[];
  readonly readOnly: string[];
  readonly readWrite: string[];
  readonly restored: number;
  readonly instructions: number;
  readonly changes: { key: string; readOnly: boolean; after: string | null; liveUntil: number | null }[];
}

const recorded = JSON.parse(readFileSync(new URL('../../fixtures/vectors/exercise.json', import.meta.url), 'utf8')) as Recorded[];

/** Base64 of the discriminant of a contract code key: the recorder leaves code itself out. */
const codeKeyStart = 'AAAAB';
const ledger = new Map<EntryKey, xdr.LedgerEntry>(startEntries().map((e) => [entryKey(keyOf(e)), e]));

const apply = (changes: readonly Change[], seq: number): void => {
  for (const { key, after, liveUntilAfter } of changes) {
    if (after) ledger.set(key, after);
    else ledger.delete(key);
    if (after && liveUntilAfter !== undefined) {
      const ttl = ttlEntry(key, liveUntilAfter, seq);
      ledger.set(entryKey(keyOf(ttl)), ttl);
    }
  }
};

const run = (step: Step) => {
  const storage = Storage.recording({ view: ledger, config, ledgerSeq: step.ledger });
  const host = new Host({
    ledger: { config, networkId, seq: step.ledger, closeTime: BigInt(step.time) },
    storage,
    prngSeed: new Uint8Array(32),
    auth: () => ({ source: accountAddress(deployer.publicKey()), mode: 'recordAllowNonroot', entries: [], authenticate: () => undefined, nonce: () => 0n }),
  });
  const ran = runHostFunction(host, step.function);
  if (!ran.ok) return { error: ran.error.text };
  const { footprint, restore } = storage.footprint();
  const changes = storage.changes();
  apply(changes, step.ledger);
  return {
    result: ran.value.toXdr('base64'),
    events: host.events.emitted().map((e) => e.toXdr('base64')),
    auth: host.auth.recorded(true).map((a) => a.rootInvocation.toXdr('base64')),
    readOnly: footprint.readOnly.map((k) => k.toXdr('base64')).sort(),
    readWrite: footprint.readWrite.map((k) => k.toXdr('base64')).sort(),
    restored: restore.length,
    instructions: host.cost.instructions,
  };
};

export { recorded, run };

it.each(steps.map((s, i) => [i, s.name, s] as const))('%i %s', (i, _, step) => {
  const theirs = recorded[i]!;
  const ours = run(step);
  if (theirs.error !== undefined || ours.error !== undefined) {
    expect(ours.error).toBe(theirs.error);
    return;
  }
  expect(ours).toMatchObject({ result: theirs.result, events: theirs.events, auth: theirs.auth, restored: theirs.restored });
  // An estimate, which must not be far off; code that was archived is parsed anew, which is not estimated.
  if (theirs.restored === 0) {
    expect(ours.instructions).toBeGreaterThan(theirs.instructions / 2);
    expect(ours.instructions).toBeLessThan(theirs.instructions * 2);
  }
  expect(ours.readOnly).toEqual([...theirs.readOnly].sort());
  expect(ours.readWrite).toEqual([...theirs.readWrite].sort());
  for (const change of theirs.changes) {
    const key = change.key as EntryKey;
    const entry = ledger.get(key);
    if (change.readOnly || change.after === null) expect(change.readOnly || key.startsWith(codeKeyStart) || !entry).toBe(true);
    else expect(entry?.data.toXdr('base64')).toBe(xdr.LedgerEntry.fromXdr(change.after, 'base64').data.toXdr('base64'));
    if (entry && change.liveUntil !== null) expect(liveUntil({ get: (k) => ledger.get(k) }, key)).toBe(change.liveUntil);
  }
});

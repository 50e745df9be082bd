import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openDatabase, StoreUnusable } from './database.ts';
import { LogTable } from './log.ts';
import { Store } from './store.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'em-store-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const shipped = fileURLToPath(new URL('../../drizzle', import.meta.url));
const row = { minute: 60_000, incarnation: 1, traffic: 0, direction: 0, class: 1, packets: 3, bytes: 300, mono: 5, trusted: true };
const run = { incarnation: 1, startedAt: 0, seenAt: 0, mono: 0, trusted: true };
const entry = { at: 1, incarnation: 1, mono: 1, trusted: true, kind: 'started', node: null, nodeName: null, detail: 'began' };

describe('migrations', () => {
  test('an empty file becomes a working store, and opens again', () => {
    {
      using store = Store.open(join(folder, 'state.db'));
      store.settings.set('a', '1');
    }
    using again = Store.open(join(folder, 'state.db'));
    expect(again.settings.get('a')).toBe('1');
  });

  test('the first schema is brought forward with its data', () => {
    const old = join(folder, 'migrations');
    cpSync(shipped, old, { recursive: true });
    const journal = JSON.parse(readFileSync(join(old, 'meta/_journal.json'), 'utf8')) as { entries: unknown[] };
    expect(journal.entries.length).toBeGreaterThan(1);
    journal.entries.splice(1);
    writeFileSync(join(old, 'meta/_journal.json'), JSON.stringify(journal));
    const file = join(folder, 'state.db');
    const before = openDatabase(file, old);
    before.$client.exec(`insert into log_entries (at, incarnation, mono, trusted, kind, detail) values (7, 1, 1, 1, 'started', 'kept');
      insert into minute_counters values (60000, 1, 0, 0, 1, 5, 500, 1, 1); insert into settings values ('k', 'v');`);
    expect(() => before.$client.exec('select healed_ms from log_entries')).toThrow(/no such column/);
    before.$client.close();

    using store = Store.open(file);
    expect(store.log.recent(10, undefined)).toMatchObject([{ at: 7, detail: 'kept', healedMs: null }]);
    expect(store.counters.sums(0, 120_000, 60_000)).toMatchObject([{ packets: 5, bytes: 500 }]);
    expect(store.settings.get('k')).toBe('v');
    store.devices.save([{ id: 'meter-1', lastSeen: 1, day: 0, packets: 1 }]);
    expect(store.rewards.open({ network: 'n', contract: 'c', epochSeconds: 3600 }, 1).receiptCount()).toBe(0);
  });

  test('a damaged file is refused with what to do', () => {
    const file = join(folder, 'state.db');
    writeFileSync(file, 'not a database at all '.repeat(100));
    expect(() => Store.open(file)).toThrow(StoreUnusable);
    expect(() => Store.open(file)).toThrow(/move it away/);
  });
});

describe('counters', () => {
  test('flushes add up per minute and are summed per slot', () => {
    using store = Store.open(join(folder, 'state.db'));
    const id = store.counters.startRun(run);
    store.counters.flush([row], { id, seenAt: 70_000 });
    store.counters.flush([row, { ...row, minute: 120_000 }, { ...row, minute: 660_000, direction: 1 }], { id, seenAt: 700_000 });
    expect(store.counters.sums(0, 1_200_000, 600_000)).toEqual([
      { slot: 0, traffic: 0, direction: 0, class: 1, packets: 9, bytes: 900 },
      { slot: 600_000, traffic: 0, direction: 1, class: 1, packets: 3, bytes: 300 },
    ]);
    expect(store.counters.runs(0, 1)).toMatchObject([{ startedAt: 0, seenAt: 700_000 }]);
    expect(store.counters.runs(700_001, 800_000)).toEqual([]);
  });

  test('old minutes and runs are pruned', () => {
    using store = Store.open(join(folder, 'state.db'));
    store.counters.startRun(run);
    store.counters.flush([row, { ...row, minute: 120_000 }], undefined);
    store.counters.prune(100_000);
    expect(store.counters.sums(0, 1e9, 60_000)).toHaveLength(1);
    expect(store.counters.runs(0, 1e9)).toEqual([]);
  });
});

test('the log keeps its newest entries', () => {
  const database = openDatabase(join(folder, 'state.db'));
  const log = new LogTable(database, 50);
  for (let i = 0; i < 300; i++) log.append(entry);
  const kept = log.recent(1000, undefined);
  expect(kept).toHaveLength(50);
  expect(kept[0]!.id).toBe(300);
  expect(log.recent(2, kept[0]!.id).map(({ id }) => id)).toEqual([299, 298]);
  log.healed(300, 1200);
  expect(log.recent(1, undefined)[0]!.healedMs).toBe(1200);
  database.$client.close();
});

test('setting the passphrase record ends every session and the claim', () => {
  using store = Store.open(join(folder, 'state.db'));
  store.credentials.setRecord('claim', 'c', 1);
  store.credentials.addSession({ id: 's', kind: 'claimant', key: 'k', createdAt: 1, lastUsedAt: 1, counterTop: 0, counterBits: '0' });
  store.credentials.replaceAll('operator', 'o', 2);
  expect(store.credentials.record('claim')).toBeUndefined();
  expect(store.credentials.record('operator')).toBe('o');
  expect(store.credentials.sessions()).toEqual([]);
});

test('receipts of an hour are read a page at a time, by next hop and sequence, as they are when they are asked for', () => {
  using store = Store.open(join(folder, 'state.db'));
  const book = store.rewards.open({ network: 'n', contract: 'c', epochSeconds: 3600 }, 1);
  const receipt = (next: string, seq: number, epoch = 7) => ({ epoch, next, seq, packets: 1, ranges: Buffer.from([1]), signature: Buffer.from([2]) });
  const nexts = ['b', 'a', 'c'];
  book.addReceipts([...nexts.flatMap((next) => Array.from({ length: 100 }, (_, i) => receipt(next, 100 - i))), receipt('a', 1, 8)]);
  const wanted = [...nexts].sort().flatMap((next) => Array.from({ length: 100 }, (_, i) => `${next} ${i + 1}`));
  const names = (rows: readonly { next: string; seq: number }[]): string[] => rows.map(({ next, seq }) => `${next} ${seq}`);
  const pages = [...book.receiptsOf(7)];
  expect(pages.length).toBeGreaterThan(3);
  expect(pages.flatMap(names)).toEqual(wanted);
  expect([...book.receiptsOf(9)]).toEqual([]);
  const read: string[] = [];
  for (const page of book.receiptsOf(7)) {
    read.push(...names(page));
    book.dropReceipts(7, 'c');
  }
  expect(read).toEqual(wanted.slice(0, 200));
});

import { describe, expect, test } from 'vitest';
import { Incarnation, type NodeId } from '../ids.ts';
import { fakeCrypto, idOf } from '../node.harness.ts';
import type { Crypto } from '../ports.ts';
import { Millis } from '../units.ts';
import { decode, encode, encodeLinkState, signedBytes } from '../wire/index.ts';
import { type FloodRecord, kind, type Records, recordType } from '../wire/messages.ts';
import { utf8Encode } from '../wire/utf8.ts';
import { Database } from './database.ts';
import { Flooding, recordsFrame } from './flooding.ts';
import { waitingMax, waitingPerNeighbourMax } from './waiting.ts';

const minute = 60_000;
const at = Millis;

function record(
  type: FloodRecord['type'],
  n: number,
  incarnation: number,
  sequence: number,
  options: { body?: Uint8Array; age?: number; by?: Crypto } = {},
): FloodRecord {
  const origin = idOf(n);
  const links = encodeLinkState({ agreementKey: new Uint8Array(32), gateway: undefined, devices: 0, position: undefined, neighbours: [] });
  const body = options.body ?? (type === recordType.identity ? utf8Encode(`${origin} n${n}`) : type === recordType.links ? links : new Uint8Array());
  const unsigned = { type, origin, incarnation: Incarnation(incarnation), sequence, ageSeconds: options.age ?? 0, body };
  return { ...unsigned, signature: (options.by ?? fakeCrypto(origin)).sign(signedBytes(unsigned)) };
}
const { identity, links, tombstone } = recordType;

function make(recordsMax = 1000): { db: Database; counts: Record<string, number>; log: string[] } {
  const counts: Record<string, number> = {};
  const log: string[] = [];
  const db = new Database({
    self: idOf(0),
    incarnation: Incarnation(5),
    crypto: fakeCrypto(idOf(0)),
    expiryMs: 60 * minute,
    recordsMax,
    count: (name) => {
      counts[name] = (counts[name] ?? 0) + 1;
    },
    onLinks: (_now, origin, incarnation) => log.push(`links ${origin === idOf(1) ? 1 : '?'} ${incarnation}`),
    onForgotten: (_now, origin) => log.push(`forgotten ${origin === idOf(1) ? 1 : '?'}`),
    onClaims: (_now, origin, claims) => log.push(`claims ${origin === idOf(1) ? 1 : '?'} ${claims.length}`),
    onDocument: (_document, number) => log.push(`document ${number}`),
    onClash: () => log.push('clash'),
    onBehind: (seen) => log.push(`behind ${seen}`),
  });
  return { db, counts, log };
}
const peer: NodeId = idOf(9);

describe('database', () => {
  test('the newest incarnation and sequence wins; the hash tells databases apart and nothing else does', () => {
    const { db, log } = make();
    const other = make().db;
    const empty = db.hash;
    expect(db.accept(at(0), record(identity, 1, 1, 1), peer).at).toBe('taken');
    expect(db.accept(at(0), record(links, 1, 1, 7), peer).at).toBe('taken');
    expect(db.accept(at(0), record(links, 1, 1, 7), peer).at).toBe('same');
    expect(db.accept(at(0), record(links, 1, 1, 6), peer).at).toBe('older');
    expect(db.accept(at(0), record(links, 1, 2, 1), peer).at).toBe('taken');
    expect(db.accept(at(0), record(links, 1, 1, 99), peer).at).toBe('older');
    expect(log).toEqual(['links 1 1', 'links 1 2']);
    for (const r of [record(identity, 1, 1, 1), record(links, 1, 2, 1)]) other.accept(at(5000), r, peer);
    expect(other.hash).toBe(db.hash);
    expect(db.hash).not.toBe(empty);
  });

  test('a links record waits for its identity, within bounds', () => {
    const { db, counts } = make();
    expect(db.accept(at(0), record(links, 1, 1, 1), peer).at).toBe('waiting');
    expect(db.accept(at(0), record(identity, 1, 1, 1), peer).at).toBe('taken');
    const [waits] = db.released(idOf(1));
    expect(db.accept(at(0), waits!.record, waits!.from).at).toBe('taken');
    for (let n = 100; n < 100 + waitingPerNeighbourMax + 20; n++) db.accept(at(0), record(links, n, 1, 1), peer);
    expect(counts['waiting-full']).toBe(20);
    // Other neighbours still get their share, at the cost of the oldest.
    for (let n = 1000; n < 1000 + waitingMax + 10; n++) db.accept(at(0), record(links, n, 1, 1), idOf(n % 8));
    expect(db.released(idOf(100))).toEqual([]);
    expect(db.released(idOf(1000 + waitingMax + 9))).toHaveLength(1);
  });

  test('forged records, a second key for an id, and records beyond the bound are refused and counted', () => {
    const { db, counts, log } = make(2);
    expect(db.accept(at(0), record(identity, 1, 1, 1, { by: fakeCrypto(idOf(2)) }), peer).at).toBe('refused');
    db.accept(at(0), record(identity, 1, 1, 1), peer);
    expect(db.accept(at(0), record(links, 1, 1, 1, { by: fakeCrypto(idOf(2)) }), peer).at).toBe('refused');
    expect(db.accept(at(0), record(links, 1, 1, 1, { body: new Uint8Array([1, 2, 3]) }), peer).at).toBe('refused');
    db.accept(at(0), record(links, 1, 1, 1), peer);
    expect(db.accept(at(0), record(identity, 3, 1, 1), peer).at).toBe('refused');
    expect(counts).toEqual({ 'record-forged': 2, 'record-broken': 1, 'records-full': 1 });
    expect(log).toEqual(['links 1 1']);
    expect(db.size).toBe(2);
  });

  test('what expired does not come back, unless it is newer', () => {
    const { db, log, counts } = make();
    const empty = db.hash;
    db.accept(at(0), record(identity, 1, 1, 1), peer);
    db.accept(at(0), record(links, 1, 1, 4, { age: 600 }), peer);
    db.expire(at(49 * minute));
    expect(log).toEqual(['links 1 1']);
    db.expire(at(51 * minute));
    expect(log.at(-1)).toBe('forgotten 1');
    db.expire(at(61 * minute));
    expect(db.hash).toBe(empty);
    expect(db.accept(at(62 * minute), record(identity, 1, 1, 1, { age: 5 }), peer).at).toBe('refused');
    expect(counts['record-buried']).toBe(1);
    expect(db.accept(at(62 * minute), record(identity, 1, 2, 1), peer).at).toBe('taken');
    // Nearly expired: not worth the trouble.
    expect(db.accept(at(62 * minute), record(links, 1, 2, 1, { age: 3590 }), peer).at).toBe('refused');
  });

  test('a tombstone takes the links of its incarnation away and keeps them away', () => {
    const { db, log } = make();
    db.accept(at(0), record(identity, 1, 1, 1), peer);
    db.accept(at(0), record(links, 1, 1, 1), peer);
    expect(db.accept(at(0), record(tombstone, 1, 1, 2), peer).at).toBe('taken');
    expect(log.at(-1)).toBe('forgotten 1');
    expect(db.accept(at(0), record(links, 1, 1, 9), peer).at).toBe('refused');
    expect(db.accept(at(0), record(links, 1, 2, 1), peer).at).toBe('taken');
  });

  test('own records: echoes are nothing, those of a later life are told once, forged ones not', () => {
    const { db, log } = make();
    db.putOwn(at(0), record(identity, 0, 5, 1));
    expect(db.accept(at(0), record(identity, 0, 5, 1), peer).at).toBe('same');
    expect(db.accept(at(0), record(identity, 0, 4, 9), peer).at).toBe('older');
    db.accept(at(0), record(links, 0, 8, 1, { by: fakeCrypto(idOf(3)) }), peer);
    expect(log).toEqual([]);
    db.accept(at(0), record(links, 0, 7, 1), peer);
    db.accept(at(0), record(links, 0, 7, 2), peer);
    expect(log).toEqual(['behind 7']);
    expect(db.wants({ type: links, origin: idOf(0), incarnation: Incarnation(9), sequence: 1 })).toBe(false);
  });

  test('revoked: gone and not wanted', () => {
    const { db } = make();
    db.accept(at(0), record(identity, 1, 1, 1), peer);
    db.accept(at(0), record(links, 1, 1, 1), peer);
    db.revoke(at(0), [idOf(1)]);
    expect(db.size).toBe(0);
    expect(db.accept(at(0), record(identity, 1, 2, 1), peer).at).toBe('refused');
    expect(db.wants({ type: identity, origin: idOf(1), incarnation: Incarnation(3), sequence: 1 })).toBe(false);
  });
});

describe('flooding', () => {
  const setup = (core: number[]): { flooding: Flooding; sent: [NodeId, Records][]; db: Database } => {
    const sent: [NodeId, Records][] = [];
    const flooding = new Flooding({
      coalesceMs: 50,
      bulkRecords: 16,
      bulkFactor: 3,
      hurriesMax: 10,
      isCore: (_now, node) => core.map(idOf).includes(node),
      send: (node, frame) => {
        sent.push([node, decode(frame) as Records]);
        return true;
      },
    });
    for (const n of [1, 2, 3]) flooding.addLink(idOf(n));
    return { flooding, sent, db: make().db };
  };

  test('news goes to the core after 50 ms, once, in its newest version, not back, with its age', () => {
    const { flooding, sent, db } = setup([1, 2]);
    const v = db.accept(at(0), record(identity, 7, 1, 1, { age: 10 }), idOf(1));
    if (v.at !== 'taken') throw new Error(v.at);
    flooding.spread(at(0), v.entry, idOf(1), false);
    db.accept(at(10), record(identity, 7, 1, 2, { age: 10 }), idOf(1));
    flooding.spread(at(10), v.entry, idOf(1), false);
    flooding.wake(at(49));
    expect(sent).toEqual([]);
    expect(flooding.wakeAt).toBe(50);
    flooding.wake(at(5050));
    expect(sent).toHaveLength(1);
    expect(sent[0]![0]).toBe(idOf(2));
    expect(sent[0]![1].records).toMatchObject([{ sequence: 2, ageSeconds: 15 }]);
  });

  test('a loss goes everywhere at once; a neighbour that shows to have it is left out', () => {
    const { flooding, sent, db } = setup([1]);
    const v = db.accept(at(0), record(identity, 7, 1, 1), idOf(1));
    if (v.at !== 'taken') throw new Error(v.at);
    flooding.spread(at(0), v.entry, undefined, true);
    flooding.has(idOf(2), v.entry);
    flooding.wake(at(0));
    expect(sent.map(([node]) => node)).toEqual([idOf(1), idOf(3)]);
  });

  test('many records go in frames of a bounded size, and a bounded number of bytes a flush', () => {
    const { flooding, sent, db } = setup([1]);
    for (let n = 10; n < 2010; n++) {
      const v = db.accept(at(0), record(identity, n, 1, 1), peer);
      if (v.at === 'taken') flooding.tell(at(0), idOf(1), v.entry);
    }
    flooding.wake(at(50));
    const first = sent.reduce((sum, [, r]) => sum + r.records.length, 0);
    expect(first).toBeGreaterThan(500);
    expect(first).toBeLessThan(1100);
    expect(Math.max(...sent.map(([, r]) => encode(r).byteLength))).toBeLessThan(17_000);
    for (let t = 100; t < 1000; t += 50) flooding.wake(at(t));
    expect(sent.reduce((sum, [, r]) => sum + r.records.length, 0)).toBe(1000 + 0);
    expect(flooding.isPending(idOf(1))).toBe(false);
  });

  test('a record that left the database before its flush is not told', () => {
    const sent: Uint8Array[] = [];
    const { db } = make();
    const flooding = new Flooding({
      coalesceMs: 50,
      bulkRecords: 16,
      bulkFactor: 3,
      hurriesMax: 10,
      isCore: () => false,
      send: (_node, frame) => sent.push(frame) > 0,
    });
    flooding.addLink(peer);
    for (const n of [1, 2]) {
      const v = db.accept(at(0), record(identity, n, 1, 1), peer);
      if (v.at === 'taken') flooding.tell(at(0), peer, v.entry);
    }
    db.revoke(at(10), [idOf(1)]);
    flooding.wake(at(50));
    expect(sent.map((frame) => (decode(frame) as Records).records.map((r) => r.origin))).toEqual([[idOf(2)]]);
  });

  test('a frame made of kept records is the frame of these records', () => {
    const { db } = make();
    const r = record(identity, 1, 1, 1, { age: 3 });
    // Taken out of a frame, as from a neighbour.
    const [decoded] = (decode(encode({ kind: kind.records, records: [record(identity, 2, 1, 1), r] })) as Records).records.slice(1);
    const v = db.accept(at(0), decoded!, peer);
    if (v.at !== 'taken') throw new Error(v.at);
    expect(recordsFrame(at(2000), [v.entry])).toEqual(encode({ kind: kind.records, records: [{ ...r, ageSeconds: 5 }] }));
  });
});

import { describe, expect, test } from 'vitest';
import { ConnId, Incarnation, NodeId } from '../ids.ts';
import type { Channel } from '../io.ts';
import { Millis } from '../units.ts';
import { Connection } from './connection.ts';
import { Pairs, unfinishedMax } from './pairs.ts';

const low = NodeId('0000000000000001');
const high = NodeId('00000000000000ff');
const at = Millis;

function setup(self: NodeId) {
  const log: string[] = [];
  let heardAt = 0;
  let next = 0;
  const pairs = new Pairs({
    self,
    close: (_now, conn, reason) => {
      conn.closed = true;
      log.push(`close ${conn.id} ${reason}`);
    },
    up: (_now, pair) => log.push(`up ${pair.urgent.id}+${pair.bulk.id}`),
    down: (_now, pair, reason) => log.push(`down ${pair.urgent.id}+${pair.bulk.id} ${reason}`),
    heardAt: () => at(heardAt),
  });
  const open = (now: number, channel: Channel, dialled: boolean, candidate = 'k'): Connection => {
    const node = self === low ? high : low;
    const conn = new Connection({
      id: ConnId(++next),
      channel,
      node,
      name: '',
      dialled,
      candidate: dialled ? candidate : undefined,
      segment: 's',
      openedAt: at(now),
      frameBytesMax: 1000,
    });
    pairs.connected(conn);
    return conn;
  };
  const greet = (now: number, conn: Connection, incarnation = 1): void => {
    conn.incarnation = Incarnation(incarnation);
    pairs.greeted(at(now), conn);
  };
  const whole = (now: number, dialled: boolean, incarnation = 1): Connection[] => {
    const both = [open(now, 'urgent', dialled), open(now, 'bulk', dialled)];
    for (const conn of both) greet(now, conn, incarnation);
    return both;
  };
  return { pairs, log, open, greet, whole, hear: (ms: number) => (heardAt = ms) };
}

describe('pairs', () => {
  test('dialled from both ends: the lower id keeps its own, the higher waits for it', () => {
    const a = setup(low);
    const mine = a.open(0, 'urgent', true);
    const mineBulk = a.open(0, 'bulk', true);
    a.whole(5, false);
    expect(a.log).toEqual([]);
    a.greet(10, mine);
    a.greet(10, mineBulk);
    expect(a.log).toEqual(['close 3 duplicate', 'close 4 duplicate', 'up 1+2']);

    const b = setup(high);
    b.open(0, 'urgent', false);
    b.whole(5, true);
    expect(b.log).toEqual([]);
    // The better one never comes: it is waited for a second only.
    b.pairs.wake(at(1005));
    expect(b.log).toEqual(['up 2+3']);
  });

  test('a newer incarnation replaces at once, an older one never', () => {
    const s = setup(low);
    s.whole(0, true, 3);
    s.whole(10_000, false, 4);
    expect(s.log).toEqual(['up 1+2', 'close 1 duplicate', 'close 2 duplicate', 'down 1+2 replaced', 'up 3+4']);
    s.log.length = 0;
    s.whole(20_000, false, 2);
    expect(s.log.filter((l) => l.startsWith('close'))).toEqual(['close 5 duplicate', 'close 6 duplicate']);
    expect(s.log.filter((l) => !l.startsWith('close'))).toEqual([]);
  });

  test('a peer that dials again has lost the link: it is believed once the old link stays silent', () => {
    const s = setup(low);
    s.whole(0, true);
    s.hear(30_000);
    s.whole(31_000, false);
    expect(s.log).toEqual(['up 1+2']);
    s.pairs.wake(at(32_500));
    expect(s.log).toEqual(['up 1+2', 'close 1 dead', 'close 2 dead', 'down 1+2 silent', 'up 3+4']);

    const t = setup(low);
    t.whole(0, true);
    t.whole(31_000, false);
    t.hear(32_000);
    t.pairs.wake(at(32_500));
    expect(t.log).toEqual(['up 1+2', 'close 3 duplicate', 'close 4 duplicate']);
  });

  test('when one connection closes, the other is closed and the link is down', () => {
    const s = setup(low);
    const [urgent] = s.whole(0, true);
    urgent!.closed = true;
    s.pairs.closed(at(100), urgent!, 'reset');
    expect(s.log).toEqual(['up 1+2', 'close 2 dead', 'down 1+2 reset']);
    expect(s.pairs.hasLink(high)).toBe(false);
    expect(s.pairs.has(high)).toBe(false);
  });

  test('half a pair is closed after five seconds', () => {
    const s = setup(low);
    s.greet(10, s.open(0, 'urgent', true));
    expect(s.pairs.wakeAt).toBe(5000);
    s.pairs.wake(at(4999));
    expect(s.log).toEqual([]);
    s.pairs.wake(at(5000));
    expect(s.log).toEqual(['close 1 dead']);
    expect(s.pairs.unfinished).toBe(0);
  });

  test('surplus dials and a flood of handshakes are not wanted', () => {
    const s = setup(low);
    s.whole(0, true);
    const surplus = (dialled: boolean): Connection =>
      new Connection({
        id: ConnId(99),
        channel: 'urgent',
        node: high,
        name: '',
        dialled,
        candidate: 'other',
        segment: 's',
        openedAt: at(0),
        frameBytesMax: 1000,
      });
    expect(s.pairs.wanted(surplus(true))).toBe(false);
    expect(s.pairs.wanted(surplus(false))).toBe(true);
    for (let i = 0; i < unfinishedMax; i++) s.open(0, 'urgent', false);
    expect(s.pairs.wanted(surplus(false))).toBe(false);
  });
});

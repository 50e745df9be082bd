import { expect, test } from 'vitest';
import { defaultConfig } from '../config.ts';
import { Incarnation, type NodeId } from '../ids.ts';
import { fakeCrypto, idOf, random } from '../node.harness.ts';
import { Millis } from '../units.ts';
import { recordType } from '../wire/messages.ts';
import { Advertisement } from './advertisement.ts';

/** Node 0 with neighbours 1 .. 9, under a clock of its own. */
class Rig {
  now = 0;
  links = new Set<number>();
  /** Whether others lead to every neighbour. */
  ways = true;
  /** When links records were made, and whether in a hurry. */
  readonly made: { at: number; hurry: boolean }[] = [];
  readonly own: Advertisement;

  constructor() {
    this.own = new Advertisement({
      self: idOf(0),
      incarnation: Incarnation(1),
      crypto: fakeCrypto(idOf(0)),
      random: random(1),
      certificate: new Uint8Array(4),
      config: defaultConfig,
      neighbours: () => [...this.links].map((link) => ({ node: idOf(link), ownCost: 100 })),
      othersLead: (_from: NodeId, to: Iterable<NodeId>) => this.ways && [...to].length > 0,
      publish: (now, record, hurry) => {
        if (record.type === recordType.links) this.made.push({ at: now, hurry });
      },
    });
    this.own.start(Millis(0));
  }

  up(link: number, bridge = false): void {
    this.links.add(link);
    this.own.gained(Millis(this.now), bridge);
  }

  run(ms: number): this {
    const until = this.now + ms;
    while (this.own.wakeAt <= until) {
      this.now = Math.max(this.now, this.own.wakeAt);
      this.own.wake(Millis(this.now));
    }
    this.now = until;
    return this;
  }

  /** So much news of late that the next gain waits for 32 s. */
  heat(): this {
    this.up(1, true);
    this.run(10_000);
    for (let i = 0; i < 3; i++) {
      this.links.delete(1);
      this.own.lost(Millis(this.now), idOf(1), false);
      this.run(1000);
      this.up(1, true);
      this.run(1000);
    }
    this.made.length = 0;
    return this;
  }
}

test('a link to where others lead too waits its time, whatever edges go', () => {
  const rig = new Rig().heat();
  rig.up(2);
  for (let i = 0; i < 10; i++) {
    rig.own.edgeWent(Millis(rig.now));
    rig.run(1000);
  }
  expect(rig.made).toEqual([]);
  rig.run(120_000);
  expect(rig.made).toEqual([{ at: expect.any(Number), hurry: false }]);
});

test('one that a loss made the only way is told at once, and the next half a second after it', () => {
  const rig = new Rig().heat();
  rig.up(2);
  rig.run(5000);
  rig.ways = false;
  const from = rig.now;
  rig.own.edgeWent(Millis(from));
  rig.run(10);
  rig.up(3);
  for (let i = 0; i < 20; i++) {
    rig.own.edgeWent(Millis(rig.now));
    rig.run(100);
  }
  expect(rig.made).toEqual([
    { at: from, hurry: true },
    { at: from + 500, hurry: true },
  ]);
});

test('a loss of its own is not held up by it', () => {
  const rig = new Rig().heat();
  rig.up(2);
  rig.run(5000);
  rig.ways = false;
  rig.own.edgeWent(Millis(rig.now));
  rig.run(10);
  rig.links.delete(1);
  rig.own.lost(Millis(rig.now), idOf(1), false);
  expect(rig.made.at(-1)).toEqual({ at: rig.now, hurry: true });
});

test('nothing is told before the first record, nor when the link has gone again', () => {
  const rig = new Rig();
  rig.ways = false;
  rig.up(1, true);
  rig.own.edgeWent(Millis(0));
  rig.run(499);
  expect(rig.made).toEqual([]);
  rig.run(1);
  expect(rig.made).toEqual([{ at: 500, hurry: false }]);
  rig.up(2);
  rig.own.edgeWent(Millis(rig.now));
  rig.links.delete(2);
  rig.run(60_000);
  expect(rig.made).toHaveLength(1);
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TrafficClass } from '../ids.ts';
import type { EntryRun } from '../io.ts';
import { kind } from '../wire/messages.ts';
import { Rig, runsOf } from './rig.harness.ts';

/** Origin 1, relays 2 and 3 in parallel, gateways 4 and 5. */
const edges = [
  [1, 2],
  [1, 3],
  [2, 4],
  [3, 4],
  [4, 5],
] as const;

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('submit' as const), count: fc.integer({ min: 1, max: 80 }), cls: fc.constantFrom<TrafficClass>(0, 1, 3) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('mortal' as const), count: fc.integer({ min: 1, max: 20 }), lifetimeMs: fc.integer({ min: 50, max: 8000 }) }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('run' as const), ms: fc.integer({ min: 1, max: 3000 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('lose' as const), share: fc.constantFrom(0, 0.1, 0.5) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('cut' as const), edge: fc.constantFrom(...edges) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const), node: fc.constantFrom(2, 3, 4, 5) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('offer' as const), node: fc.constantFrom(4, 5), is: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('backend' as const), takes: fc.boolean() }) },
);

const keysOf = (runs: readonly EntryRun[]): string[] => runs.flatMap((run) => Array.from({ length: run.count }, (_, i) => `${run.class}.${run.first + i}`));

test('every entry taken is in the end released or expired, delivered if released, and delivered at most once per life of a receiver', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 25 }), fc.nat(1000), (steps, seed) => {
      const rig = new Rig({
        edges,
        gateways: [4, 5],
        seed,
        config: { queueBytesMax: 20_000, receiveEntriesMax: 300, bundleBytes: 2000, sendBufferEntriesMax: 1000 },
      });
      const origin = rig.node(1);
      const next = [1, 1, 1, 1];
      let share = 0;
      let backendTakes = true;
      rig.lose = ({ message }) => share > 0 && message.kind !== kind.credit && rig.random.next() < share;
      rig.answer = (node, entries) => {
        const life = node.incarnation;
        rig.after(1 + rig.random.next() * 20, () => {
          if (node.incarnation !== life) return;
          rig.with(node, () => {
            if (backendTakes) node.custody.delivered(rig.now, runsOf(entries));
            else node.custody.undelivered(rig.now, runsOf(entries), 'backend-gone');
          });
        });
      };
      const cut = new Set<(typeof edges)[number]>();
      const taken = new Set<string>();
      const submit = (cls: TrafficClass, count: number, lifetimeMs: number): void => {
        const free = Math.min(count, origin.custody.room('backend', cls));
        rig.submit(1, next[cls]!, free, { class: cls, lifetimeMs });
        for (let i = 0; i < free; i++) taken.add(`${cls}.${next[cls]! + i}`);
        next[cls]! += free;
      };
      const delivered: string[] = [];
      const settle = rig.answer;
      rig.answer = (node, entries) => {
        for (const entry of entries) delivered.push(`${node.id}/${node.incarnation}/${entry.id.class}.${entry.id.sequence}`);
        settle(node, entries);
      };
      let refused = false;
      for (const s of steps) {
        if (s.do === 'submit') submit(s.cls, s.count, 0);
        else if (s.do === 'mortal') submit(2, s.count, s.lifetimeMs);
        else if (s.do === 'run') rig.run(s.ms);
        else if (s.do === 'lose') share = s.share;
        else if (s.do === 'cut') {
          if (cut.delete(s.edge)) rig.join(s.edge[0], s.edge[1]);
          else {
            cut.add(s.edge);
            rig.cut(s.edge[0], s.edge[1]);
          }
        } else if (s.do === 'restart') rig.restart(s.node);
        else if (s.do === 'offer') rig.offer(s.node, s.is);
        else {
          backendTakes = s.takes;
          refused ||= !s.takes;
        }
      }
      share = 0;
      backendTakes = true;
      for (const [a, b] of cut) rig.join(a, b);
      rig.offer(4, true);
      rig.run(600_000);

      const released = keysOf(origin.released());
      const expired = keysOf(origin.expired());
      expect([...released, ...expired].sort()).toEqual([...taken].sort());
      const sequencesDelivered = new Set(delivered.map((key) => key.slice(key.lastIndexOf('/') + 1)));
      for (const key of released) expect(sequencesDelivered.has(key)).toBe(true);
      if (!refused) expect(delivered.length).toBe(new Set(delivered).size);
      expect(origin.custody.room('backend', 1)).toBe(1000);
      const full = rig.node(4).count('receiver-full') + rig.node(5).count('receiver-full');
      submit(1, 280, 0);
      rig.run(60_000);
      expect(keysOf(origin.released()).length).toBe(released.length + 280);
      expect(rig.node(4).count('receiver-full') + rig.node(5).count('receiver-full')).toBe(full);
      const carried = origin.carried().flatMap((o) => keysOf([o.run]));
      expect(carried.length).toBe(new Set(carried).size);
    }),
    { numRuns: 60, seed: 20_261_123 },
  );
});

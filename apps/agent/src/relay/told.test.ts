import type { DeliveredEntry, EntryRun, NodeId, Publish } from '@energymesh/protocol';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { Ear, ToldTopics } from './told.ts';

const self = '000000000000000b' as NodeId;
const gateway = '000000000000000a' as NodeId;
const topics = new ToldTopics('sun');
const message = (topic = topics.filter(self)): Publish => ({
  kind: 'publish',
  topic,
  payload: Buffer.from('{}'),
  qos: 1,
  retain: false,
  dup: false,
  client: '',
  properties: {},
});
const entry = (sequence: number, origin = gateway) => ({ id: { origin, incarnation: 1, stream: self, class: 2, sequence } }) as unknown as DeliveredEntry;

function ear() {
  const delivered: number[] = [];
  const undelivered: string[] = [];
  const of = new Ear({
    self,
    topics,
    isGateway: (node) => node === gateway,
    delivered: (runs: readonly EntryRun[]) => delivered.push(...runs.map(({ first }) => first)),
    undelivered: (runs: readonly EntryRun[], why: string) => undelivered.push(...runs.map(({ first }) => `${first} ${why}`)),
    logger: pino({ level: 'silent' }),
  });
  return { of, delivered, undelivered };
}
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('topics of what is told to nodes are told from all others', () => {
  expect(topics.of(topics.filter(self))).toMatchObject({ node: self, class: 2 });
  for (const other of [
    'energymesh/sun/node/000000000000000b/report',
    'energymesh/moon/node/000000000000000b/told',
    'energymesh/sun/node/B/told',
    'em/lock-1/command',
    'energymesh/sun/node/000000000000000b/told/x',
  ])
    expect(topics.of(other)).toBeUndefined();
});

describe("a node's ear", () => {
  test('waits until somebody listens, and acknowledges what is durable', async () => {
    const { of, delivered, undelivered } = ear();
    expect(of.take(entry(1), message())).toBe(true);
    expect(undelivered).toEqual(['1 full']);
    const heard: string[] = [];
    of.listen(async (payload) => void heard.push(Buffer.from(payload).toString()));
    of.take(entry(1), message());
    await settled();
    expect({ heard, delivered }).toEqual({ heard: ['{}'], delivered: [1] });
  });

  test('hands back what cannot be kept now, and hears it once while it is being kept', async () => {
    const { of, delivered, undelivered } = ear();
    let heard = 0;
    const first = Promise.withResolvers<void>();
    of.listen(() => {
      heard++;
      return first.promise;
    });
    of.take(entry(1), message());
    of.take(entry(1), message());
    expect(heard).toBe(1);
    first.reject(new Error('the disk is full'));
    await settled();
    expect(undelivered).toEqual(['1 full']);
    expect(delivered).toEqual([]);
    expect(of.counters).toMatchObject({ told: 0, toldLater: 1 });
  });

  test('believes gateways only, and leaves alone what is told to others', () => {
    const { of, delivered, undelivered } = ear();
    of.listen(async () => {});
    expect(of.take(entry(1, '00000000000000cc' as NodeId), message())).toBe(true);
    expect(undelivered).toEqual(['1 not-a-gateway']);
    expect(of.take(entry(2), message(topics.filter('00000000000000cc' as NodeId)))).toBe(true);
    expect(delivered).toEqual([2]);
    expect(of.take(entry(3), message('energymesh/sun/em/lock-1/command'))).toBe(false);
    expect(of.counters).toMatchObject({ toldByOthers: 1, toldToOthers: 1 });
  });

  test('takes a bounded number at once', () => {
    const { of, undelivered } = ear();
    of.listen(() => new Promise(() => {}));
    for (let i = 1; i <= 66; i++) of.take(entry(i), message());
    expect(undelivered).toEqual(['65 full', '66 full']);
  });
});

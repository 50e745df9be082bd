import type { Queued } from 'aedes-persistence/asyncPersistence.js';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { migrationsFolder, startsMsMax } from '../hub.fixture.ts';
import { type OpenDatabase, openDatabase } from '../store/database.ts';
import { brokerQueue, brokerSessions, brokerSubscriptions } from '../store/schema.ts';
import { loadSessions, type SessionChange, writeSessionChanges } from '../store/sessions.ts';
import { DurableSessions, type DurableSessionsOptions } from './durable-sessions.ts';

let database: OpenDatabase;
let now = 0;
let counter = 0;
let lost: string[] = [];
let disk: { fail?: boolean; gate?: Promise<void> } = {};
let patience: () => Promise<unknown>;
const turn = () => new Promise((resolve) => setImmediate(resolve));
beforeAll(async () => {
  database = await openDatabase({ folder: undefined, migrationsFolder });
}, startsMsMax);
afterAll(() => database[Symbol.asyncDispose]());
beforeEach(async () => {
  for (const table of [brokerQueue, brokerSessions, brokerSubscriptions]) await database.db.delete(table);
  [now, counter, lost, disk, patience] = [1000, 0, [], {}, turn];
});

const roomy = { messagesMax: 10, bytesMax: 10_000, allBytesMax: 100_000, sessionsMax: 10, awayMsMax: 1000 };
/** What a start of the hub reads from the disk. */
async function open(limits: Partial<DurableSessionsOptions['limits']> = {}): Promise<DurableSessions> {
  return DurableSessions.open({
    stored: await loadSessions(database.db),
    write: async (change: SessionChange) => {
      await disk.gate;
      if (disk.fail) throw new Error('disk full');
      await writeSessionChanges(database.db, [change]);
    },
    patience: () => patience(),
    now: () => now,
    limits: { ...roomy, ...limits },
    lost: (reason, client) => lost.push(`${reason} ${client}`),
  });
}
const lock = { id: 'em-lock' };
const packet = (text: string, more: Partial<Queued> = {}): Queued => ({
  ...{ cmd: 'publish', brokerId: 'b', brokerCounter: ++counter, topic: 'door', payload: Buffer.from(text), qos: 1, retain: false, dup: false },
  ...more,
});
const publish = async (sessions: DurableSessions, one: Queued) => sessions.outgoingEnqueueCombi(await subscribers(sessions, one.topic), one);
const subscribers = (sessions: DurableSessions, topic: string) =>
  (sessions as unknown as { subscriptionsByTopic(topic: string): Promise<{ clientId: string }[]> }).subscriptionsByTopic(topic);
const waiting = async (sessions: DurableSessions, client = lock) => {
  const texts: string[] = [];
  for await (const one of sessions.outgoingStream(client) as AsyncIterable<Queued>) texts.push(one.payload.toString());
  return texts;
};
const onDisk = async () => (await loadSessions(database.db)).queue.map((row) => Buffer.from(row.payload).toString());

test('subscriptions and what waits are there again after a restart, in order; what was acknowledged is not', async () => {
  const before = await open();
  await before.addSubscriptions(lock, [{ topic: 'door', qos: 1 }]);
  for (const text of ['one', 'two', 'three']) await publish(before, packet(text));
  await before.outgoingUpdate(lock, packet('two', { brokerCounter: 2, messageId: 7 }));
  await before.outgoingClearMessageId(lock, { messageId: 7 });
  const after = await open();
  expect(await waiting(after)).toEqual(['one', 'three']);
  await publish(after, packet('four'));
  expect(await waiting(await open())).toEqual(['one', 'three', 'four']);
});

test('a message counts as stored when it is on disk for all, and not at all when the disk refuses', async () => {
  const sessions = await open();
  await sessions.addSubscriptions(lock, [{ topic: 'door', qos: 1 }]);
  const gate = Promise.withResolvers<void>();
  disk = { gate: gate.promise };
  const one = packet('one');
  let stored = false;
  const said = sessions.stored(one.payload).then(() => (stored = true));
  await publish(sessions, one);
  expect(await waiting(sessions)).toEqual(['one']);
  for (let i = 0; i < 3; i++) await turn();
  expect(stored).toBe(false);
  gate.resolve();
  await said;
  disk = { fail: true };
  const two = packet('two');
  const refused = expect(sessions.stored(two.payload)).rejects.toThrow('disk full');
  await publish(sessions, two);
  await refused;
  await expect(publish(sessions, packet('three'))).rejects.toThrow('disk full');
  disk = {};
  expect([await waiting(sessions), await onDisk()]).toEqual([['one', 'two'], ['one']]);
});

test('what a client that is here acknowledges in time is stored without the disk; for one that is away nothing waits', async () => {
  const sessions = await open();
  patience = () => new Promise(() => undefined);
  await sessions.addSubscriptions(lock, [{ topic: 'door', qos: 1 }]);
  const quick = packet('quick');
  const stored = sessions.stored(quick.payload);
  await publish(sessions, quick);
  disk = { fail: true };
  await sessions.outgoingUpdate(lock, { ...quick, messageId: 7 });
  await sessions.outgoingClearMessageId(lock, { messageId: 7 });
  await stored;
  disk = {};
  sessions.present(lock.id, false);
  const late = packet('late');
  const written = sessions.stored(late.payload);
  await publish(sessions, late);
  await written;
  expect([await onDisk(), sessions.waiting]).toEqual([['late'], 1]);
});

test('what aedes decides not to send leaves the queue, and nothing else does', async () => {
  const sessions = await open();
  await sessions.addSubscriptions(lock, [{ topic: 'door', qos: 1 }]);
  await publish(sessions, packet('waits'));
  const denied = packet('denied');
  await publish(sessions, denied);
  await sessions.outgoingClearMessageId(lock, denied);
  expect([await waiting(sessions), await onDisk()]).toEqual([['waits'], ['waits']]);
});

test('beyond its bounds a session gets nothing new, which is counted; after an acknowledgement it has room again', async () => {
  const sessions = await open({ messagesMax: 2 });
  await sessions.addSubscriptions(lock, [{ topic: 'door', qos: 1 }]);
  for (const text of ['one', 'two']) await publish(sessions, packet(text));
  const third = packet('three');
  await publish(sessions, third);
  expect([lost, sessions.wasRefused(third.payload), sessions.waiting]).toEqual([['queue-full em-lock'], true, 2]);
  await sessions.outgoingUpdate(lock, packet('one', { brokerCounter: 1, messageId: 1 }));
  await sessions.outgoingClearMessageId(lock, { messageId: 1 });
  await publish(sessions, packet('four'));
  expect(await waiting(await open({ messagesMax: 2 }))).toEqual(['two', 'four']);

  const small = await open({ bytesMax: 100 });
  await publish(small, packet('x'.repeat(100)));
  expect(lost.length).toBe(2);
});

test('a message past its lifetime is not sent late, here or after a restart', async () => {
  const sessions = await open();
  await sessions.addSubscriptions(lock, [{ topic: 'door', qos: 1 }]);
  await publish(sessions, packet('short', { messageExpiry: now + 100 }));
  await publish(sessions, packet('long'));
  now += 101;
  expect(await waiting(await open())).toEqual(['long']);
  expect(lost).toEqual(['queue-expired em-lock']);
  await sessions.sweep();
  expect([sessions.waiting, await onDisk()]).toEqual([1, ['long']]);
});

test('a session ends when its client stays away, is told to begin anew, or others need the place; connected ones stay', async () => {
  const sessions = await open({ sessionsMax: 2 });
  const [old, other, third] = [{ id: 'old' }, { id: 'other' }, { id: 'third' }];
  await sessions.addSubscriptions(old, [{ topic: 'door', qos: 1 }]);
  await publish(sessions, packet('for old'));
  await sessions.addSubscriptions(other, [{ topic: 'door', qos: 1 }]);
  await expect(sessions.addSubscriptions(third, [{ topic: 'door', qos: 1 }])).rejects.toThrow('too many sessions');
  sessions.present('old', false);
  await sessions.addSubscriptions(third, [{ topic: 'door', qos: 1 }]);
  expect([sessions.count, lost, await onDisk()]).toEqual([2, ['session-ended old'], []]);

  sessions.present('third', false);
  now += 2000;
  await sessions.sweep();
  await sessions.cleanSubscriptions(other);
  const stored = await loadSessions(database.db);
  expect([sessions.count, stored.sessions, stored.subscriptions]).toEqual([0, [], []]);
});

test('the second half of QoS 2 frees the disk', async () => {
  const sessions = await open();
  await sessions.addSubscriptions(lock, [{ topic: 'door', qos: 2 }]);
  await publish(sessions, packet('twice never', { qos: 2 }));
  await sessions.outgoingUpdate(lock, packet('', { brokerCounter: 1, messageId: 3 }));
  await sessions.outgoingUpdate(lock, { cmd: 'pubrel', messageId: 3 } as unknown as Queued);
  expect([await onDisk(), sessions.waiting]).toEqual([[], 0]);
});

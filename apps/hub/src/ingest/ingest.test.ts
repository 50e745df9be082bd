import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Topics } from '../topics.ts';
import { Committer, CommitterBusy, type CommitterOptions } from './committer.ts';
import { payloadBytesMax, readArrival } from './message.ts';

const topics = new Topics('00112233445566aa');
const node = 'aaaaaaaaaaaaaaaa';
const device = `${topics.prefix}em/meter-1/telemetry`;
const read = (topic: string, payload: string | Uint8Array, properties?: Record<string, string>) =>
  readArrival({ topic, payload: Buffer.from(payload), ...(properties ? { properties } : {}) }, topics, 1000);

test('the id comes by user properties, or by the envelope, or not at all', () => {
  const row = { table: 'telemetry', device: 'meter-1', kind: 'telemetry', receivedAt: 1000 };
  const known = { entryId: `${node}.1.1.7`, node, ageMs: 40, fingerprint: 'abcdef0123456789' };
  expect(read(device, 'x', { 'em-id': known.entryId, 'em-node': node, 'em-age': '40', 'em-fp': known.fingerprint, 'em-late': '1' })).toEqual({
    ok: true,
    row: { ...row, ...known, dup: false, late: true, via: null, payload: Buffer.from('x') },
  });
  expect(read(device, JSON.stringify({ em: 1, id: known.entryId, node, age: 40, fp: known.fingerprint, dup: true, payload64: 'AP8=' }))).toEqual({
    ok: true,
    row: { ...row, ...known, dup: true, late: false, via: null, payload: Buffer.from([0, 255]) },
  });
  expect(read(device, '{"em":1,"id":"nonsense","payload":"x"}')).toMatchObject({
    ok: true,
    row: { entryId: null, payload: Buffer.from('{"em":1,"id":"nonsense","payload":"x"}') },
  });
});

test('a node speaks for itself only, and what nobody keeps is said to be so', () => {
  const report = `${topics.prefix}node/${node}/report`;
  expect(read(report, '{}', { 'em-id': `${node}.1.2.1` })).toMatchObject({ ok: true, row: { table: 'reports', subject: node, node } });
  expect(read(report, '{}', { 'em-id': 'bbbbbbbbbbbbbbbb.1.2.1' })).toEqual({ ok: false, reason: 'wrong-node' });
  expect(read(`${topics.prefix}em/meter-1/command`, '{}')).toEqual({ ok: false, reason: 'not-kept' });
  expect(read(device, new Uint8Array(payloadBytesMax + 1))).toEqual({ ok: false, reason: 'payload-too-big' });
});

test('what a node says about rewards is believed as its own only', () => {
  const said = `${topics.prefix}node/${node}/rewards`;
  expect(read(said, '{}', { 'em-id': `${node}.1.2.7` })).toEqual({
    ok: true,
    row: { table: 'rewards', subject: node, node, entryId: `${node}.1.2.7`, receivedAt: 1000, payload: Buffer.from('{}') },
  });
  for (const id of [undefined, 'bbbbbbbbbbbbbbbb.1.2.1', 'nonsense']) {
    expect(read(said, '{}', { ...(id && { 'em-id': id }), 'em-node': node })).toEqual({ ok: false, reason: 'wrong-node' });
  }
});

test('no payload makes reading throw', () => {
  const nearly = fc.json().map((json) => `{"em":1,"id":"${node}.1.1.1","payload":${json}}`);
  fc.assert(fc.property(fc.oneof(fc.uint8Array(), fc.json(), nearly), (payload) => read(device, payload).ok));
});

const batches: number[][] = [];
const turn = () => new Promise((resolve) => setImmediate(resolve));
/** A store whose transactions end when the test says so. */
function slowStore(options: Partial<CommitterOptions<number>> & { bad?: number } = {}) {
  batches.length = 0;
  const ends: (() => void)[] = [];
  const committer = new Committer<number>({
    ...options,
    commit: async (writes) => {
      batches.push([...writes]);
      await new Promise<void>((resolve) => ends.push(resolve));
      if (options.bad !== undefined && writes.includes(options.bad)) throw new Error('bad write');
    },
  });
  const endOne = async () => {
    while (ends.length === 0) await turn();
    ends.shift()!();
  };
  return { committer, endOne };
}

test('what arrives during a commit goes into the next one together, within its bounds', async () => {
  const { committer, endOne } = slowStore({ writesMax: 3, bytesMax: 100, bytesOf: (write) => write });
  const first = [1, 2].map((write) => committer.submit(write));
  await endOne();
  const then = [3, 4, 5, 6, 99, 300].map((write) => committer.submit(write));
  await Promise.all(first);
  for (let i = 0; i < 4; i++) await endOne();
  await Promise.all(then);
  expect(batches).toEqual([[1, 2], [3, 4, 5], [6], [99], [300]]);
});

test('after a group the next one gathers, after a few it does not', async () => {
  let gathered: () => void = () => undefined;
  const gather = () => new Promise<void>((resolve) => (gathered = resolve));
  const { committer, endOne } = slowStore({ gather, gatherMin: 2 });
  const group = [1, 2].map((write) => committer.submit(write));
  await endOne();
  await Promise.all(group);
  const few = committer.submit(3);
  for (let i = 0; i < 3; i++) await turn();
  expect(batches).toEqual([[1, 2]]);
  gathered();
  await endOne();
  await few;
  const next = committer.submit(4);
  await endOne();
  await next;
  expect(batches).toEqual([[1, 2], [3], [4]]);
});

test('what may be written later goes with something else, or when its time has come, in order', async () => {
  let lingered: () => void = () => undefined;
  const linger = () => new Promise<void>((resolve) => (lingered = resolve));
  const { committer, endOne } = slowStore({ linger });
  const later = [1, 2].map((write) => committer.submit(write, 'later'));
  await turn();
  expect(batches).toEqual([]);
  const now = committer.submit(3);
  await endOne();
  await Promise.all([...later, now]);
  const alone = committer.submit(4, 'later');
  lingered();
  await turn();
  lingered();
  await endOne();
  await alone;
  const atClosing = committer.submit(5, 'later');
  const closed = committer.close();
  await endOne();
  await Promise.all([atClosing, closed]);
  expect(batches).toEqual([[1, 2, 3], [4], [5]]);
});

test('one bad write fails alone', async () => {
  const { committer, endOne } = slowStore({ bad: 2 });
  const results = Promise.allSettled([1, 2, 3, 4].map((write) => committer.submit(write)));
  for (let i = 0; i < 5; i++) await endOne();
  expect((await results).map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
  expect(batches).toEqual([[1, 2, 3, 4], [1, 2], [1], [2], [3, 4]]);
});

test('beyond its bound, and when closing, the queue takes nothing', async () => {
  const { committer, endOne } = slowStore({ queueMax: 2 });
  const taken = [committer.submit(1), committer.submit(2)];
  await expect(committer.submit(3)).rejects.toThrow(CommitterBusy);
  const closed = committer.close();
  await expect(committer.submit(4)).rejects.toThrow('closing');
  await endOne();
  await Promise.all([...taken, closed]);
});

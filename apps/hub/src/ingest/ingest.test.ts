import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Topics } from '../topics.ts';
import { Committer, CommitterBusy } from './committer.ts';
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
    row: { ...row, ...known, dup: false, late: true, payload: Buffer.from('x') },
  });
  expect(read(device, JSON.stringify({ em: 1, id: known.entryId, node, age: 40, fp: known.fingerprint, dup: true, payload64: 'AP8=' }))).toEqual({
    ok: true,
    row: { ...row, ...known, dup: true, late: false, payload: Buffer.from([0, 255]) },
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

test('no payload makes reading throw', () => {
  const nearly = fc.json().map((json) => `{"em":1,"id":"${node}.1.1.1","payload":${json}}`);
  fc.assert(fc.property(fc.oneof(fc.uint8Array(), fc.json(), nearly), (payload) => read(device, payload).ok));
});

const batches: number[][] = [];
/** A store whose transactions end when the test says so. */
function slowStore(options: { rowsMax?: number; queueMax?: number; bad?: number } = {}) {
  batches.length = 0;
  const ends: (() => void)[] = [];
  const committer = new Committer<number>({
    ...options,
    commit: async (rows) => {
      batches.push([...rows]);
      await new Promise<void>((resolve) => ends.push(resolve));
      if (options.bad !== undefined && rows.includes(options.bad)) throw new Error('bad row');
    },
  });
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const endOne = async () => {
    while (ends.length === 0) await turn();
    ends.shift()!();
  };
  return { committer, endOne };
}

test('what arrives during a commit goes into the next one together, within its bound', async () => {
  const { committer, endOne } = slowStore({ rowsMax: 3 });
  const first = [1, 2].map((row) => committer.submit(row));
  await endOne();
  const then = [3, 4, 5, 6].map((row) => committer.submit(row));
  await Promise.all(first);
  await endOne();
  await endOne();
  await Promise.all(then);
  expect(batches).toEqual([[1, 2], [3, 4, 5], [6]]);
});

test('one bad row fails alone', async () => {
  const { committer, endOne } = slowStore({ bad: 2 });
  const results = Promise.allSettled([1, 2, 3].map((row) => committer.submit(row)));
  for (let i = 0; i < 4; i++) await endOne();
  expect((await results).map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
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

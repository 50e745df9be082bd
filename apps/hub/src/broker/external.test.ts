import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { pino } from 'pino';
import { afterEach, expect, test } from 'vitest';
import type { Arrival } from '../ingest/message.ts';
import { Topics } from '../topics.ts';
import { ExternalBroker } from './external.ts';

const community = '00112233445566aa';
const topics = new Topics(community);
const stack: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const end of stack.splice(0).reverse()) await end();
});

/** The few MQTT 5 packets that a broker sends here, by hand: length prefixes, no more. */
const text = (value: string) => Buffer.concat([Buffer.from([value.length >> 8, value.length & 0xff]), Buffer.from(value)]);
const packet = (head: number, ...parts: Uint8Array[]) => {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([head, (body.length & 0x7f) | (body.length > 127 ? 0x80 : 0), ...(body.length > 127 ? [body.length >> 7] : [])]), body]);
};
const publish = (id: number, entry: string, payload: string) => {
  const property = Buffer.concat([Buffer.from([0x26]), text('em-id'), text(entry)]);
  return packet(0x32, text(`${topics.prefix}em/m/telemetry`), Buffer.from([id >> 8, id & 0xff, property.length]), property, Buffer.from(payload));
};
const puback = (id: number) => Buffer.from([0x40, 2, id >> 8, id & 0xff]);

/** A broker that accepts everything and lets the test see and send bytes. */
async function scriptedBroker() {
  const connections: Socket[] = [];
  const acks: Buffer[] = [];
  const connects: Buffer[] = [];
  let notify: () => void = () => undefined;
  const server = createServer((socket) => {
    connections.push(socket);
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      for (let at = 0; at < bytes.length; ) {
        const long = bytes[at + 1]! & 0x80;
        const length = long ? (bytes[at + 1]! & 0x7f) + (bytes[at + 2]! << 7) : bytes[at + 1]!;
        const end = at + (long ? 3 : 2) + length;
        const one = bytes.subarray(at, end);
        const kind = one[0]! >> 4;
        if (kind === 1) socket.write(packet(0x20, Buffer.from([0, 0, 0])), () => connects.push(one));
        if (kind === 8) socket.write(packet(0x90, one.subarray(long ? 3 : 2, (long ? 3 : 2) + 2), Buffer.from([0]), Buffer.alloc(topics.upward.length, 1)));
        if (kind === 4) acks.push(one);
        at = end;
        notify();
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  stack.push(() => new Promise((resolve) => server.close(resolve)));
  const until = async (holds: () => boolean) => {
    while (!holds()) await new Promise<void>((resolve) => (notify = resolve));
  };
  const { port } = server.address() as { port: number };
  return { url: `mqtt://127.0.0.1:${port}`, connections, acks, connects, until };
}

test('acknowledges each message after its commit, many at a time, and none that failed', async () => {
  const broker = await scriptedBroker();
  const taken: { arrival: Arrival; end: PromiseWithResolvers<void> }[] = [];
  let arrived: () => void = () => undefined;
  const external = await ExternalBroker.open({
    config: { kind: 'external', url: broker.url },
    community,
    topics,
    log: pino({ level: 'silent' }),
    ingest: (arrival) => {
      const end = Promise.withResolvers<void>();
      taken.push({ arrival, end });
      arrived();
      return end.promise;
    },
  });
  stack.push(() => external[Symbol.asyncDispose]());
  const all = async (count: number) => {
    while (taken.length < count) await new Promise<void>((resolve) => (arrived = resolve));
  };
  await broker.until(() => broker.connects.length === 1);
  expect(broker.connects[0]!.toString()).toContain(`energymesh-hub-${community}`);

  const [socket] = broker.connections;
  socket!.write(Buffer.concat([publish(1, 'a', 'one'), publish(2, 'b', 'two'), publish(3, 'c', 'three')]));
  await all(3);
  expect(broker.acks).toEqual([]);
  expect(taken.map(({ arrival }) => [arrival.properties?.['em-id'], arrival.payload.toString()])).toEqual([
    ['a', 'one'],
    ['b', 'two'],
    ['c', 'three'],
  ]);
  taken[1]!.end.resolve();
  await broker.until(() => broker.acks.length === 1);
  taken[0]!.end.resolve();
  await broker.until(() => broker.acks.length === 2);
  expect(broker.acks).toEqual([puback(2), puback(1)]);

  // closed by a reset or by an end, as it comes
  const closed = new Promise<void>((resolve) => socket!.once('close', () => resolve()));
  taken[2]!.end.reject(new Error('disk full'));
  await closed;
  expect(broker.acks.length).toBe(2);
  expect(external.view().refused).toEqual({ 'not-committed': 1 });
});

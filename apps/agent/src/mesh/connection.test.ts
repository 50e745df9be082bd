import { once } from 'node:events';
import type { TLSSocket } from 'node:tls';
import { ConnId } from '@energymesh/protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { VirtualClock } from '../clock.fixture.ts';
import { systemClock } from '../clock.ts';
import { testCommunity } from './community.fixture.ts';
import { Connection, writeBytesMax } from './connection.ts';
import { LinkListener } from './listener.ts';
import { contextOf, dial, type Peer } from './tls.ts';

const signal = new AbortController().signal;
let cleanups: (() => unknown)[] = [];
beforeEach(() => {
  cleanups = [];
});
afterEach(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
});

/** A connection here, and the other end as a bare socket that reads when it is told to. */
async function joined(channel: 'urgent' | 'bulk') {
  const { member } = await testCommunity();
  const [here, there] = [await member('here'), await member('there')];
  const { promise: accepted, resolve } = Promise.withResolvers<Peer>();
  const listener = await LinkListener.open(
    { host: '127.0.0.1', port: 0, identity: here, clock: systemClock, aes: true, onPeer: resolve, onRefused: () => {} },
    signal,
  );
  cleanups.push(() => listener[Symbol.asyncDispose]());
  const { socket: far } = await dial({
    host: '127.0.0.1',
    port: listener.port,
    channel,
    identity: there,
    secureContext: contextOf(there, true),
    clock: systemClock,
    signal,
  });
  far.on('error', () => {});
  far.pause();
  cleanups.push(() => far.destroy());
  const clock = new VirtualClock();
  const closed: string[] = [];
  const received: Buffer[] = [];
  const connection = new Connection({
    id: ConnId(1),
    peer: await accepted,
    clock,
    onData: (bytes) => received.push(Buffer.from(bytes)),
    onClosed: (reason) => closed.push(reason),
  });
  return { connection, far, clock, closed, received };
}

async function readAll(far: TLSSocket): Promise<string> {
  const parts: Buffer[] = [];
  far.on('data', (part: Buffer) => parts.push(part)).resume();
  await once(far, 'close');
  return Buffer.concat(parts).toString();
}

test('frames arrive in order, several of one turn as one; a close lets them out first', async () => {
  const { connection, far, closed } = await joined('urgent');
  const all = readAll(far);
  for (const frame of ['a', 'b', 'c']) expect(connection.send(Buffer.from(frame))).toBe(true);
  const [first] = await once(far, 'data');
  expect(String(first)).toBe('abc');
  connection.send(Buffer.from('d'));
  connection.close();
  expect(connection.send(Buffer.from('e'))).toBe(false);
  expect(await all).toBe('abcd');
  await connection.settled;
  expect(closed).toEqual([]);
});

test.each(['urgent', 'bulk'] as const)('a peer that does not read is cut off at the bound of the %s connection, told once', async (channel) => {
  const { connection, closed } = await joined(channel);
  const frame = Buffer.alloc(64 * 1024);
  let sent = 0;
  while (connection.send(frame)) {
    sent += frame.length;
    expect(sent).toBeLessThan(64 * 1024 * 1024);
    // The kernel takes what its buffers hold; the rest stays here.
    if (sent % writeBytesMax[channel] === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  expect(sent).toBeGreaterThanOrEqual(writeBytesMax[channel]);
  expect(closed).toEqual(['slow-reader']);
  await connection.settled;
  expect(closed).toEqual(['slow-reader']);
});

test('a closed connection whose peer takes nothing more is cut off after two seconds', async () => {
  const { connection, clock } = await joined('bulk');
  for (let i = 0; i < 60; i++) connection.send(Buffer.alloc(64 * 1024));
  connection.close();
  clock.advance(2_000);
  await connection.settled;
});

test('what the peer does ends it with a word', async () => {
  const { connection, far, closed, received } = await joined('urgent');
  far.write('hello');
  far.end();
  await connection.settled;
  expect(Buffer.concat(received).toString()).toBe('hello');
  expect(closed).toEqual(['closed by peer']);
  expect(connection.open).toBe(false);
});

import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { type ConnectionOptions, connect, createServer, type TLSSocket } from 'node:tls';
import { CommunityAuthority } from '@energymesh/identity';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../clock.ts';
import { type TestMember, testCommunity, testMember } from './community.fixture.ts';
import { defaultLimits, LinkListener, type ListenerLimits } from './listener.ts';
import { alpn, contextOf, dial, hasAes, judge, type Peer } from './tls.ts';

const signal = new AbortController().signal;
const clock = systemClock;
const aes = true;

let cleanups: (() => unknown)[] = [];
beforeEach(() => {
  cleanups = [];
});
afterEach(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
});

/** A listener that keeps what it took and what it refused. */
async function listening(identity: TestMember, limits?: Partial<ListenerLimits>) {
  const peers: Peer[] = [];
  const refused: string[] = [];
  let told: (() => void)[] = [];
  const tell = () => {
    for (const run of told) run();
    told = [];
  };
  const listener = await LinkListener.open(
    {
      host: '127.0.0.1',
      port: 0,
      identity,
      clock,
      aes,
      limits: { ...defaultLimits, ...limits },
      onPeer: (peer) => {
        peer.socket.on('error', () => {});
        peers.push(peer);
        tell();
      },
      onRefused: (reason) => {
        refused.push(reason);
        tell();
      },
    },
    signal,
  );
  cleanups.push(() => listener[Symbol.asyncDispose]());
  const until = async (done: () => boolean) => {
    while (!done()) await new Promise<void>((resolve) => told.push(resolve));
  };
  return { listener, peers, refused, until };
}

const dialTo = (port: number, identity: TestMember, channel: 'urgent' | 'bulk' = 'urgent') =>
  dial({ host: '127.0.0.1', port, channel, identity, secureContext: contextOf(identity, aes), clock, signal });

/** A client that is none of ours. */
async function rawClient(port: number, options: ConnectionOptions): Promise<TLSSocket> {
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ALPNProtocols: [alpn.urgent], ...options });
  socket.on('error', () => {});
  cleanups.push(() => socket.destroy());
  return socket;
}

test('two members of a community meet on both connections and know each other', async () => {
  const { member } = await testCommunity();
  const [here, there] = [await member('here'), await member('there')];
  const { listener, peers, refused, until } = await listening(here);
  for (const channel of ['urgent', 'bulk'] as const) {
    const peer = await dialTo(listener.port, there, channel);
    cleanups.push(() => peer.socket.destroy());
    expect(peer).toMatchObject({ node: here.node, channel });
    expect(peer.socket.getProtocol()).toBe('TLSv1.3');
    expect(peer.certificate).toEqual(here.certificate());
  }
  await until(() => peers.length === 2);
  expect(peers.map((peer) => [peer.node, peer.channel])).toEqual([
    [there.node, 'urgent'],
    [there.node, 'bulk'],
  ]);
  expect(peers[0]?.certificate).toEqual(there.certificate());
  expect(refused).toEqual([]);
});

/** An authority that calls itself by the other's id: what a rogue CA would write. */
async function impostorOf(genuine: CommunityAuthority, now: number): Promise<CommunityAuthority> {
  const rogue = await CommunityAuthority.create({ name: genuine.name, now });
  Object.defineProperty(rogue, 'id', { value: genuine.id });
  await rogue.renewIssuing(now);
  return rogue;
}

test.each([
  ['right dates', Date.now()],
  ['wrong dates', Date.UTC(2001, 0, 1)],
])('a rogue CA with %s under the community id is refused by both ends', async (_dates, now) => {
  const { authority, member } = await testCommunity();
  const here = await member('here');
  const rogue = await testMember(await impostorOf(authority, now), 'rogue', { now, trusts: authority });
  const { listener, refused, peers, until } = await listening(here);
  const peer = await dialTo(listener.port, rogue);
  await once(peer.socket, 'close');
  await until(() => refused.length === 1);
  expect(refused).toEqual(['bad-signature']);
  expect(peers).toEqual([]);

  const theirs = await listening(rogue);
  await expect(dialTo(theirs.listener.port, here)).rejects.toMatchObject({ reason: 'bad-signature' });
});

test('a node of a foreign community is refused, and those of the own are not disturbed', async () => {
  const own = await testCommunity();
  const here = await own.member('here');
  const foreign = await testMember((await testCommunity({ name: 'Elsewhere' })).authority, 'stranger', { trusts: own.authority });
  const { listener, peers, refused, until } = await listening(here);
  const stranger = await dialTo(listener.port, foreign);
  cleanups.push(() => stranger.socket.destroy());
  const friend = await dialTo(listener.port, await own.member('friend'));
  await until(() => refused.length + peers.length === 2);
  expect(refused).toEqual(['foreign-community']);
  friend.socket.write('hello');
  expect(String((await once(peers[0]?.socket as TLSSocket, 'data'))[0])).toBe('hello');
  friend.socket.destroy();
});

test('no certificate, no ALPN, an old TLS version, plain garbage, a reset: each refused by name', async () => {
  const { member } = await testCommunity();
  const here = await member('here');
  const { listener, peers, refused, until } = await listening(here);
  await rawClient(listener.port, {});
  await until(() => refused.length === 1);
  const { key, chain } = here.tls();
  await rawClient(listener.port, { key, cert: chain, ALPNProtocols: undefined });
  await until(() => refused.length === 2);
  await rawClient(listener.port, { key, cert: chain, ALPNProtocols: ['h2'] });
  await until(() => refused.length === 3);
  await rawClient(listener.port, { key, cert: chain, maxVersion: 'TLSv1.2' });
  await until(() => refused.length === 4);
  const plain = connectTcp(listener.port, '127.0.0.1', () => plain.write('GET / HTTP/1.1\r\n\r\n'));
  plain.on('error', () => {});
  await until(() => refused.length === 5);
  const gone = connectTcp(listener.port, '127.0.0.1', () => gone.resetAndDestroy());
  await until(() => refused.length === 6);
  expect(refused).toEqual(['no-certificate', 'alpn', 'handshake-broken', 'handshake-broken', 'handshake-broken', 'handshake-closed']);
  expect(peers).toEqual([]);
});

test('a revoked node is refused, and cannot come back by resuming an old session', async () => {
  const { member } = await testCommunity();
  const [here, there] = [await member('here'), await member('there')];
  const { listener, peers, refused, until } = await listening(here);
  const { key, chain } = there.tls();
  const first = await rawClient(listener.port, { key, cert: chain });
  const tickets: Buffer[] = [];
  first.on('session', (ticket: Buffer) => tickets.push(ticket));
  await until(() => peers.length === 1);
  peers[0]?.socket.end('bye');
  await once(first.resume(), 'close');
  here.revoke(there.node);
  const session = first.getSession() ?? tickets[0];
  await rawClient(listener.port, { key, cert: chain, ...(session ? { session } : {}) });
  await until(() => refused.length === 1);
  expect(refused).toEqual(['revoked']);
});

test('a session that some server did resume is refused by the judge: it shows no certificate', async () => {
  const { member } = await testCommunity();
  const [here, there] = [await member('here'), await member('there')];
  const { key, chain } = here.tls();
  const verdicts: unknown[] = [];
  // A server as it must not be: with tickets.
  const lax = createServer({ key, cert: chain, requestCert: true, rejectUnauthorized: false, ALPNProtocols: [alpn.urgent] }, (socket) => {
    socket.on('error', () => {});
    const judged = judge(socket, here);
    verdicts.push(judged.ok ? 'taken' : judged.reason);
    socket.end('done');
  }).listen(0, '127.0.0.1');
  cleanups.push(() => lax.close());
  await once(lax, 'listening');
  const { port } = lax.address() as { port: number };
  const own = there.tls();
  const first = await rawClient(port, { key: own.key, cert: own.chain });
  const [ticket] = (await Promise.all([once(first, 'session'), once(first.resume(), 'close')]))[0];
  const second = await rawClient(port, { key: own.key, cert: own.chain, session: ticket as Buffer });
  await once(second, 'secureConnect');
  expect(second.isSessionReused()).toBe(true);
  await once(second.resume(), 'close');
  expect(verdicts).toEqual(['taken', 'resumed']);
});

test('one source is slowed down before it costs a handshake; others are served', async () => {
  const { member } = await testCommunity();
  const [here, there] = [await member('here'), await member('there')];
  const { listener, peers, refused, until } = await listening(here, { handshakesPerSecond: 0, handshakesBurst: 3 });
  const flood = Array.from({ length: 8 }, () => connectTcp({ port: listener.port, host: '127.0.0.1', localAddress: '127.0.0.2' }));
  for (const socket of flood) {
    socket.on('error', () => {});
    cleanups.push(() => socket.destroy());
  }
  await until(() => refused.length === 5);
  expect(new Set(refused)).toEqual(new Set(['rate-source']));
  const peer = await dialTo(listener.port, there);
  cleanups.push(() => peer.socket.destroy());
  await until(() => peers.length === 1);
});

test('unfinished handshakes and open connections are bounded', async () => {
  const { member } = await testCommunity();
  const [here, there] = [await member('here'), await member('there')];
  const half = await listening(here, { unfinishedMax: 2 });
  for (let i = 0; i < 3; i++) {
    const socket = connectTcp(half.listener.port, '127.0.0.1');
    socket.on('error', () => {});
    cleanups.push(() => socket.destroy());
    await once(socket, 'connect');
  }
  await half.until(() => half.refused.length === 1);
  expect(half.refused).toEqual(['handshakes-full']);

  const full = await listening(here, { connectionsMax: 1 });
  const peer = await dialTo(full.listener.port, there);
  cleanups.push(() => peer.socket.destroy());
  await full.until(() => full.peers.length === 1);
  await expect(dialTo(full.listener.port, there)).rejects.toMatchObject({ name: 'DialFailed' });
  expect(full.refused).toEqual(['connections-full']);
});

test('a renewed certificate is presented from then on', async () => {
  const { authority, member } = await testCommunity();
  const there = await member('there');
  const [before, after] = [await testMember(authority, 'before'), await testMember(authority, 'after')];
  let current = before;
  const { listener } = await listening({ ...before, tls: () => current.tls() });
  current = after;
  listener.renew();
  const peer = await dialTo(listener.port, there);
  cleanups.push(() => peer.socket.destroy());
  expect(peer.node).toBe(after.node);
});

test('a dial to where nobody listens fails with a word', async () => {
  const { member } = await testCommunity();
  const here = await member('here');
  const closed = createServer().listen(0, '127.0.0.1');
  await once(closed, 'listening');
  const { port } = closed.address() as { port: number };
  await new Promise((resolve) => closed.close(resolve));
  await expect(dialTo(port, here)).rejects.toMatchObject({ reason: 'ECONNREFUSED' });
});

test('ChaCha20 goes first on a processor without AES instructions', () => {
  expect(hasAes(() => 'flags\t\t: fpu sse2 aes avx')).toBe(true);
  expect(hasAes(() => 'Features\t: fp asimd evtstrm crc32 cpuid')).toBe(false);
  expect(hasAes(() => 'Features\t: fp asimd aes pmull sha1')).toBe(true);
  expect(
    hasAes(() => {
      throw new Error('no /proc here');
    }),
  ).toBe(true);
});

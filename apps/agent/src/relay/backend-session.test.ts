import { once } from 'node:events';
import { createServer } from 'node:net';
import { Aedes } from 'aedes';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { type BackendMessage, BackendSession, type BrokerMemory, type PublishResult, type SessionDown, type SessionUp } from './backend-session.ts';
import { SmallBroker } from './testing/small-broker.ts';
import { VirtualClock } from './testing/virtual-clock.ts';

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});
async function broker(): Promise<SmallBroker> {
  const opened = await SmallBroker.open();
  cleanups.push(() => opened.close());
  return opened;
}

function session(url: string, options: { clientId?: string; memory?: BrokerMemory } = {}) {
  const clock = new VirtualClock();
  const memory: BrokerMemory = options.memory ?? { version: 5, sure: false };
  const ups: SessionUp[] = [];
  const downs: SessionDown[] = [];
  const messages: { message: BackendMessage; acknowledge: () => void }[] = [];
  let changed = Promise.withResolvers<void>();
  const tell = (): void => {
    changed.resolve();
    changed = Promise.withResolvers();
  };
  const own = new BackendSession({
    clientId: options.clientId ?? 'em-00000000000000aa',
    address: { url },
    keys: () => ({}),
    memory,
    clock,
    random: () => 1,
    logger: pino({ level: 'silent' }),
    onUp: (up) => {
      ups.push(up);
      tell();
    },
    onDown: (down) => {
      downs.push(down);
      tell();
    },
    onMessage: (message, acknowledge) => {
      messages.push({ message, acknowledge });
      tell();
    },
  });
  cleanups.push(() => own.close());
  const until = async (test: () => boolean): Promise<void> => {
    while (!test()) await changed.promise;
  };
  const publish = (topic: string, payload: string): Promise<PublishResult> =>
    new Promise((resolve) => own.publish(topic, Buffer.from(payload), { retain: false }, resolve));
  return { own, clock, memory, ups, downs, messages, until, publish };
}

describe('a session with the backend', () => {
  it('speaks MQTT 5: lasting session, receive maximum, subscriptions without what is retained', async () => {
    const to = await broker();
    const s = session(to.url);
    s.own.subscribe([
      { filter: 'c/1', retained: false },
      { filter: 'doc', retained: true },
    ]);
    s.own.start();
    await s.until(() => s.ups.length === 1);
    expect(s.ups[0]).toMatchObject({ version: 5, receiveMaximum: 20 });
    expect(to.connects[0]).toMatchObject({ protocolVersion: 5, clean: false, properties: { sessionExpiryInterval: 604_800, receiveMaximum: 20 } });
    const subscribed = () => to.clients.get('em-00000000000000aa')?.subscribes.flatMap((p) => p.subscriptions) ?? [];
    await to.until(() => subscribed().length === 2);
    expect(subscribed()).toEqual([
      { topic: 'c/1', qos: 1, rh: 2, nl: true, rap: false },
      { topic: 'doc', qos: 1, rh: 0, nl: false, rap: false },
    ]);
    s.own.subscribe([{ filter: 'c/2', retained: false }]);
    await to.until(() => subscribed().length === 3 && to.unsubscribes.length === 2);
    expect(to.unsubscribes.sort()).toEqual(['c/1', 'doc']);
  });

  it.each([
    ['refuses with 0x84', 0x84, true],
    ['refuses as 3.1.1 does', 0x01, true],
    ['hangs up', 'hang-up', false],
  ] as const)('falls back to 3.1.1 where the broker %s', async (_, verdict, sure) => {
    const to = await broker();
    to.onConnect = (packet) => (packet.protocolVersion === 5 ? verdict : 'accept');
    const s = session(to.url);
    s.own.start();
    await s.until(() => s.downs.length === 1);
    await s.clock.advance(0);
    await s.until(() => s.ups.length === 1);
    expect(s.ups[0]?.version).toBe(4);
    expect(s.memory).toEqual({ version: 4, sure });
    expect(to.connects.map((c) => c.protocolVersion)).toEqual([5, 4]);
  });

  it('does not mistake a broker that is not there for an old one', async () => {
    const gone = await SmallBroker.open();
    const { url } = gone;
    await gone.close();
    const s = session(url);
    s.own.start();
    await s.until(() => s.downs.length === 1);
    expect(s.memory).toEqual({ version: 5, sure: false });
    expect(s.downs[0]).toMatchObject({ upMs: undefined, takenOver: false });
    expect(s.downs[0]?.why).toContain('ECONNREFUSED');
  });

  it('tries again after 0.5 s, doubling to 30 s, and begins anew after a stable while', async () => {
    const to = await broker();
    to.onConnect = () => 0x88;
    const s = session(to.url);
    s.own.start();
    for (const [i, delay] of [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000].entries()) {
      await s.until(() => s.downs.length === i + 1);
      await s.clock.advance(delay - 1);
      expect(to.connects).toHaveLength(i + 1);
      await s.clock.advance(1);
    }
    to.onConnect = () => 'accept';
    await s.until(() => s.downs.length === 9);
    await s.clock.advance(30_000);
    await s.until(() => s.ups.length === 1);
    await s.clock.advance(10_000);
    to.takeOver('em-00000000000000aa');
    await s.until(() => s.downs.length === 10);
    expect(s.downs.at(-1)).toMatchObject({ takenOver: true, upMs: 10_000 });
    await s.clock.advance(500);
    await s.until(() => s.ups.length === 2);
  });

  it('tells each publish its fate: done, refused with the code, or lost with the connection', async () => {
    const to = await broker();
    to.onPublish = (packet) => (packet.topic === 'refused' ? 0x87 : packet.topic === 'lost' ? undefined : 0);
    const s = session(to.url);
    expect(await s.publish('early', 'x')).toEqual({ is: 'lost' });
    s.own.start();
    await s.until(() => s.ups.length === 1);
    expect(await s.publish('fine', 'x')).toEqual({ is: 'done' });
    expect(await s.publish('refused', 'x')).toEqual({ is: 'refused', code: 0x87 });
    const lost = s.publish('lost', 'x');
    await to.until(() => to.publishes.length === 3);
    to.takeOver('em-00000000000000aa');
    expect(await lost).toEqual({ is: 'lost' });
  });

  it('acknowledges each message when told to, in any order, while publishes and further messages go on', async () => {
    const to = await broker();
    const s = session(to.url);
    s.own.start();
    await s.until(() => s.ups.length === 1);
    const first = to.send('em-00000000000000aa', 'c', '1', {
      properties: { messageExpiryInterval: 30, userProperties: { a: 'b' }, correlationData: Buffer.from('ff', 'hex') },
    });
    const second = to.send('em-00000000000000aa', 'c', '2');
    await s.until(() => s.messages.length === 2);
    expect(s.messages[0]?.message).toMatchObject({ topic: 'c', qos: 1, retain: false, expirySeconds: 30, properties: { a: 'b', 'correlation-data': 'ff' } });
    expect(await s.publish('fine', 'x')).toEqual({ is: 'done' });
    const client = to.clients.get('em-00000000000000aa')!;
    expect(client.acknowledged).toEqual([]);
    s.messages[1]!.acknowledge();
    s.messages[1]!.acknowledge();
    s.messages[0]!.acknowledge();
    await to.until(() => client.acknowledged.length === 2);
    expect(client.acknowledged).toEqual([second, first]);
  });

  it('stops reading when a broker without a receive maximum floods it', async () => {
    const to = await broker();
    const s = session(to.url, { memory: { version: 4, sure: true } });
    s.own.start();
    await s.until(() => s.ups.length === 1);
    for (let i = 0; i < 300; i++) to.send('em-00000000000000aa', 'c', String(i));
    await s.until(() => s.messages.length === 256);
    s.messages[0]!.acknowledge();
    await s.until(() => s.messages.length === 257);
    expect(s.messages).toHaveLength(257);
  });

  it('forgets an acknowledgement whose connection is gone', async () => {
    const to = await broker();
    const s = session(to.url);
    s.own.start();
    await s.until(() => s.ups.length === 1);
    to.send('em-00000000000000aa', 'c', '1');
    await s.until(() => s.messages.length === 1);
    to.takeOver('em-00000000000000aa');
    await s.until(() => s.downs.length === 1);
    await s.clock.advance(500);
    await s.until(() => s.ups.length === 2);
    s.messages[0]!.acknowledge();
    expect(await s.publish('fine', 'x')).toEqual({ is: 'done' });
    expect(to.clients.get('em-00000000000000aa')?.acknowledged).toEqual([]);
  });

  it('works with aedes, which speaks 3.1.1 only', async () => {
    const aedes = await Aedes.createBroker();
    const server = createServer(aedes.handle);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    cleanups.push(() => new Promise((resolve) => aedes.close(() => server.close(() => resolve()))));
    const address = server.address();
    const s = session(`mqtt://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`);
    const seen: string[] = [];
    aedes.on('publish', (packet, client) => client && seen.push(`${packet.topic} ${packet.payload}`));
    s.own.subscribe([{ filter: 'c/#', retained: false }]);
    s.own.start();
    await s.until(() => s.downs.length === 1);
    await s.clock.advance(0);
    await s.until(() => s.ups.length === 1);
    expect(s.ups[0]?.version).toBe(4);
    expect(await s.publish('up', 'hello')).toEqual({ is: 'done' });
    expect(seen).toEqual(['up hello']);
    expect(await s.publish('c/own', 'echo')).toEqual({ is: 'done' });
    await s.until(() => s.messages.length === 1);
    expect(s.messages[0]?.message).toMatchObject({ topic: 'c/own', qos: 1 });
    s.messages[0]!.acknowledge();
  });
});

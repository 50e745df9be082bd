import type { NetworkInterfaceInfo } from 'node:os';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { VirtualClock } from '../clock.fixture.ts';
import { type Advertise, type Browse, DnsSd } from './dnssd.ts';
import { type FoundService, nearbyMax } from './nearby.ts';
import type { Interfaces } from './segments.ts';

const v4 = (address: string, internal = false): NetworkInterfaceInfo => ({
  address,
  netmask: '255.255.255.0',
  family: 'IPv4',
  mac: '',
  internal,
  cidr: `${address}/24`,
});
const self = '00000000000000ff';
const found = (n: number, more: object = {}): FoundService => ({
  txt: { id: n.toString(16).padStart(16, '0'), name: `node ${n}`, state: 'relay' },
  host: `energymesh-${n}.local`,
  port: 8080,
  addresses: [`192.0.2.${n % 250}`],
  ...more,
});

function scene(listening?: string) {
  const clock = new VirtualClock();
  const browsing = new Map<string, Parameters<Browse>[1]>();
  const log: string[] = [];
  const here = { interfaces: { lo: [v4('127.0.0.1', true)], eth0: [v4('192.0.2.1')] } as Interfaces };
  const browse: Browse = (address, handlers) => {
    log.push(`browse ${address}`);
    browsing.set(address, handlers);
    return () => browsing.delete(address);
  };
  const advertise: Advertise = (names, { state, only, ipv4Only }) => {
    log.push(`advertise ${state} on ${names}${only ? `, only ${only}` : ''}${ipv4Only ? ', only IPv4' : ''}`);
    return async () => void log.push('goodbye');
  };
  const dnssd = DnsSd.open({
    id: self,
    name: 'own',
    state: 'relay',
    port: 8080,
    ...(listening === undefined ? {} : { listening }),
    clock,
    logger: pino({ level: 'silent' }),
    networkInterfaces: () => here.interfaces,
    browse,
    advertise,
  });
  const changes: number[] = [];
  dnssd.onChange(() => changes.push(dnssd.nearby().length));
  const say = (address = '192.0.2.1') => browsing.get(address) as Parameters<Browse>[1];
  return { clock, dnssd, log, here, say, changes, settle: () => new Promise((resolve) => setImmediate(resolve)) };
}

test('others are listed by name with what they say of themselves; this node is not', async () => {
  const { dnssd, say, clock, log, settle } = scene();
  await settle();
  expect(log.sort()).toEqual(['advertise relay on eth0', 'browse 192.0.2.1']);
  say().seen(found(2));
  say().seen(found(1, { addresses: ['192.0.2.9', 'fe80::9', '192.0.2.9'] }));
  say().seen({ ...found(3), txt: { id: self, name: 'own' } });
  expect(dnssd.nearby().map(({ id, name, addresses }) => [id, name, addresses])).toEqual([
    ['0000000000000001', 'node 1', ['192.0.2.9', 'fe80::9']],
    ['0000000000000002', 'node 2', ['192.0.2.2']],
  ]);
  expect(dnssd.nearby()[0]).toMatchObject({ state: 'relay', host: 'energymesh-1.local', port: 8080, lastSeen: clock.wall() });
});

test('who says goodbye is gone at once, who falls silent after three rounds; hearing somebody again is no change', () => {
  const { dnssd, say, clock, changes } = scene();
  say().seen(found(1));
  say().seen(found(2));
  say().gone(found(1));
  say().gone(found(9));
  expect(changes).toEqual([1, 2, 1]);
  clock.advance(150_000);
  say().seen(found(2));
  clock.advance(150_000);
  expect(dnssd.nearby()).toHaveLength(1);
  clock.advance(75_000);
  expect(dnssd.nearby()).toEqual([]);
  expect(changes).toEqual([1, 2, 1, 0]);
});

test('the list is bounded, and what is no node or too long is left out', () => {
  const { dnssd, say } = scene();
  for (let n = 1; n <= nearbyMax + 10; n++) say().seen(found(n));
  expect(dnssd.nearby()).toHaveLength(nearbyMax);
  const { dnssd: other, say: tell } = scene();
  const hostile: FoundService[] = [
    {},
    { txt: null },
    found(1, { port: 0 }),
    found(1, { port: '8080' }),
    found(1, { host: undefined }),
    found(1, { host: 'x'.repeat(256) }),
    found(1, { txt: { id: 'rubbish', name: 'x' } }),
    found(1, { txt: { id: '0000000000000001', name: 'x'.repeat(65) } }),
    found(1, { txt: { id: '0000000000000001' } }),
  ];
  for (const service of hostile) tell().seen(service);
  expect(other.nearby()).toEqual([]);
  tell().seen(found(1, { addresses: 'none' }));
  expect(other.nearby()[0]?.addresses).toEqual([]);
});

test('interfaces that come and go are followed; without any nothing is said and nothing breaks', async () => {
  const { here, clock, log, settle, dnssd } = scene();
  await settle();
  log.length = 0;
  here.interfaces = {};
  clock.advance(5_000);
  await settle();
  expect(log).toEqual(['goodbye']);
  here.interfaces = { mesh0: [v4('198.51.100.1')] };
  clock.advance(5_000);
  await settle();
  expect(log).toContain('advertise relay on mesh0');
  expect(log).toContain('browse 198.51.100.1');
  log.length = 0;
  await dnssd[Symbol.asyncDispose]();
  expect(log).toEqual(['goodbye']);
  clock.advance(600_000);
  expect(log).toEqual(['goodbye']);
});

test.each([
  ['::', ['advertise relay on eth0', 'browse 192.0.2.1']],
  ['0.0.0.0', ['advertise relay on eth0, only IPv4', 'browse 192.0.2.1']],
  ['192.0.2.1', ['advertise relay on eth0, only 192.0.2.1', 'browse 192.0.2.1']],
  ['127.0.0.1', ['advertise relay on lo, only 127.0.0.1', 'browse 127.0.0.1', 'browse 192.0.2.1']],
  ['198.51.100.77', ['browse 192.0.2.1']],
])('a dashboard that listens on %s is advertised there and nowhere else; others are looked for all the same', async (listening, expected) => {
  const { log, settle } = scene(listening);
  await settle();
  expect(log.sort()).toEqual(expected);
});

test('a new state is shown under the same name, after the goodbye of the old one', async () => {
  const { dnssd, log, settle } = scene();
  await settle();
  log.length = 0;
  dnssd.setState('gateway');
  dnssd.setState('gateway');
  await settle();
  expect(log).toEqual(['goodbye', 'advertise gateway on eth0']);
});

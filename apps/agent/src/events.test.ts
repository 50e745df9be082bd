import { NodeId } from '@energymesh/protocol';
import { pino } from 'pino';
import { beforeEach, expect, test } from 'vitest';
import { Events, type FeedEntry } from './events.ts';

const mill = NodeId('00000000000000a1');
const barn = NodeId('00000000000000b2');
let now: number;
let entries: (FeedEntry & { healedMs?: number })[];
let events: Events;
let refuse: boolean;
beforeEach(() => {
  now = 0;
  entries = [];
  refuse = false;
  events = new Events({
    logger: pino({ level: 'silent' }),
    clock: { monotonic: () => now, wall: () => now + 1e12, after: () => () => {} },
    incarnation: () => 1,
    clockTrusted: () => true,
    nameOf: (node) => (node === mill ? 'Mill' : 'Barn'),
    feed: {
      append: (entry) => {
        if (refuse) throw new Error('SQLITE_FULL');
        return entries.push(entry) - 1;
      },
      healed: (id, healedMs) => {
        entries[id] = { ...entries[id]!, healedMs };
      },
    },
  });
});
const kinds = () => entries.map(({ kind }) => kind);

test('a lost next hop is mended when the way leads elsewhere', () => {
  events.mesh({ kind: 'neighbour-up', node: mill, segment: 'mesh0' });
  events.mesh({ kind: 'route-changed', gateway: barn, nextHop: mill });
  events.mesh({ kind: 'neighbour-down', node: mill, reason: 'silent' });
  now = 1300;
  events.mesh({ kind: 'route-changed', gateway: barn, nextHop: barn });
  expect(kinds()).toEqual(['neighbour-up', 'gateway-found', 'neighbour-down', 'route-changed']);
  expect(entries[2]).toMatchObject({ node: mill, nodeName: 'Mill', healedMs: 1300 });
});

test('a lost gateway is mended by any gateway, the backend by itself', () => {
  events.mesh({ kind: 'route-changed', gateway: barn, nextHop: mill });
  events.mesh({ kind: 'route-changed', gateway: undefined, nextHop: undefined });
  events.backendDown({ url: 'mqtts://b', reason: 'refused' });
  now = 90_000;
  events.mesh({ kind: 'route-changed', gateway: mill, nextHop: mill });
  now = 95_000;
  events.backendUp({ url: 'mqtts://b' });
  expect(entries.find(({ kind }) => kind === 'gateway-lost')?.healedMs).toBe(90_000);
  expect(entries.find(({ kind }) => kind === 'backend-down')?.healedMs).toBe(95_000);
});

test('the same way told twice is one entry', () => {
  events.mesh({ kind: 'route-changed', gateway: barn, nextHop: mill });
  events.mesh({ kind: 'route-changed', gateway: barn, nextHop: mill });
  expect(entries).toHaveLength(1);
});

test('a flood of refusals is one entry a minute per source, bounded over sources, and counted in full', () => {
  for (let i = 0; i < 500; i++) events.loginRefused({ caller: '10.0.0.1', why: 'wrong' });
  expect(entries).toHaveLength(1);
  for (let i = 0; i < 1000; i++) events.requestRefused({ caller: `10.0.${i >> 8}.${i & 255}`, why: 'host' });
  expect(entries.length).toBeLessThanOrEqual(256);
  expect(events.counters()).toMatchObject({ loginsRefused: 500, requestsRefused: 1000 });
  now = 60_001;
  events.loginRefused({ caller: '10.0.0.1', why: 'wrong' });
  expect(entries.at(-1)?.detail).toContain('10.0.0.1');
});

test('a full disk does not stop the events', () => {
  refuse = true;
  events.deviceConnected('meter-1');
  expect(events.counters()).toMatchObject({ devicesConnected: 1, storeRefused: 1 });
});

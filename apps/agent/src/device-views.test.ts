import { CommunityAuthority } from '@energymesh/identity';
import { NodeId } from '@energymesh/protocol';
import { describe, expect, test } from 'vitest';
import { communityDevices } from './api/devices-schema.ts';
import { deviceDesk, topicsOf } from './device-views.ts';
import { HubError } from './identity/hub-client.ts';
import { PeopleRefused } from './ports.ts';
import { defaultTopicRules } from './relay/classify.ts';

const self = NodeId('00000000000000a1');
const bakery = NodeId('00000000000000b2');
const clock = { monotonic: () => 0, wall: () => 1000, after: () => () => {} };
const done: string[] = [];
function desk(ask: (wish: object) => Promise<unknown>, enrolled = true) {
  return deviceDesk({
    identity: {
      node: self,
      ask,
      enrolment: enrolled ? ({ hubs: ['https://hub.example:8443'] } as never) : undefined,
      devices: {
        authenticate: () => undefined,
        known: () => ['meter-1', 'lock-1', 'lock-2'].map((id) => ({ id, role: id.startsWith('meter') ? ('meter' as const) : ('lock' as const) })),
        onChange: () => () => {},
      },
    },
    events: { peopleAsked: (wish) => done.push(wish) },
    sources: {
      clock,
      door: { connected: () => [{ device: 'meter-1', since: 1 }], onChange: () => () => {} },
      activity: { read: (id) => (id === 'meter-1' ? { lastSeen: 900, packetsToday: 7 } : { lastSeen: undefined, packetsToday: 0 }) },
    },
    topics: defaultTopicRules('00000000000000c1'),
    holder: (id) => (id === 'lock-1' ? bakery : undefined),
    nameOf: (node) => (node === bakery ? 'Bakery' : 'Mill'),
    addresses: () => ['192.168.1.20'],
    port: () => 8883,
  });
}
const refusal = async (promise: Promise<unknown>): Promise<PeopleRefused> => {
  const error = await promise.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  if (!(error instanceof PeopleRefused)) throw new Error('was not refused', { cause: error });
  return error;
};

test('all devices of the community: connected here, at another node, or nowhere', () => {
  const shown = desk(async () => ({})).all();
  expect(communityDevices.parse(shown)).toEqual(shown);
  expect(shown.devices).toMatchObject([
    { id: 'meter-1', connected: true, at: { node: self, self: true }, lastSeen: 900, packetsToday: 7 },
    { id: 'lock-1', connected: false, at: { node: bakery, name: 'Bakery', self: false } },
    { id: 'lock-2', connected: false, hears: ['em/lock-2/command'] },
  ]);
  expect(shown.devices[2]).not.toHaveProperty('at');
});

test('topics of a device, by the map of this node', () => {
  expect(topicsOf('lock-1', defaultTopicRules('c'))).toEqual({
    publishes: ['em/lock-1/transaction', 'em/lock-1/answer', 'em/lock-1/state', 'em/lock-1/telemetry'],
    hears: ['em/lock-1/command'],
  });
  const rule = { localPrefix: '', remotePrefix: '', direction: 'both' as const };
  expect(
    topicsOf('a', [
      { ...rule, pattern: 'em/+/chat' },
      { ...rule, pattern: 'site/+/x' },
    ]),
  ).toEqual({ publishes: ['em/a/chat'], hears: ['em/a/chat'] });
});

test('a new device: what to flash, with the fingerprint of the device root', async () => {
  const { deviceRootPem: ca } = await CommunityAuthority.create({ name: 'Millbrook', now: 1_790_000_000_000 });
  const wishes: object[] = [];
  const made = await desk(async (wish) => {
    wishes.push(wish);
    return { id: 'lock-3', role: 'lock', token: 'abcdefghijklmnopqrstuv', ca };
  }).add({ id: 'lock-3', role: 'lock' });
  expect(wishes).toEqual([{ what: 'add-device', id: 'lock-3', role: 'lock' }]);
  expect(made).toMatchObject({ addresses: ['192.168.1.20'], port: 8883, name: 'energymesh.local', hears: ['em/lock-3/command'] });
  expect(made.fingerprint).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
  expect(done).toContain('add-device');
});

describe('what the hub does not do is said in words', () => {
  test.each([
    [new HubError('unreachable', 'x'), 'hub-away', 'No answer from the hub at hub.example:8443.'],
    [new HubError('untrusted', 'x'), 'hub-away', 'not this community'],
    [new HubError('refused', 'x', { code: 'device-known' }), 'device-known', 'Choose another one.'],
    [new HubError('refused', 'x', { code: 'not-found' }), 'hub-old', 'too old'],
    [new HubError('refused', 'x', { code: 'not-allowed' }), 'hub-refused', 'Only they revoke it.'],
    [new TypeError('odd answer'), 'hub-old', 'cannot be understood'],
  ])('%s', async (error, why, words) => {
    const refused = await refusal(desk(() => Promise.reject(error)).owners());
    expect([refused.why, refused.message]).toEqual([why, expect.stringContaining(words)]);
  });

  test('of a node that is no member', async () => {
    expect((await refusal(desk(async () => ({}), false).remove('lock-1'))).why).toBe('no-member');
  });
});

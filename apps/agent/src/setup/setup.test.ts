import { createInvite } from '@energymesh/identity';
import { parseNetworkState } from '@energymesh/network';
import { expect, test } from 'vitest';
import { VirtualClock } from '../clock.fixture.ts';
import { type NetworkNow, SetupRefused } from '../ports.ts';
import { type Join, JoinRefused, Setup, type Wanted } from './setup.ts';

const invite = (community = 'Millbrook', expiresAt = 1e15) =>
  createInvite({
    community: { id: '00112233445566aa', name: community },
    hubs: ['https://hub.example'],
    rootPin: 'ab'.repeat(32),
    usesMax: 1,
    role: 'relay',
    expiresAt,
  }).text;

/** A claimed node with a network helper and a hub, both made up. */
function node() {
  const settings = new Map<string, string>();
  const is = { claimed: true, enrolled: false };
  const calls: { wanted: Wanted; name: string; answer: PromiseWithResolvers<void>; onOpen: () => void }[] = [];
  const proposed: unknown[] = [];
  let told: NetworkNow = { available: true };
  const join: Join = ({ wanted, name, signal, onOpen }) => {
    const answer = Promise.withResolvers<void>();
    calls.push({ wanted, name, answer, onOpen });
    signal.addEventListener('abort', () => answer.reject(signal.reason), { once: true });
    return answer.promise;
  };
  const open = (more: { invite?: string } = {}) =>
    new Setup({
      settings: { get: (key) => settings.get(key), set: (key, value) => void settings.set(key, value) },
      claimed: () => is.claimed,
      enrolled: () => is.enrolled,
      join,
      invite: more.invite,
      name: 'raspberrypi',
      position: undefined,
      spentInvite: undefined,
      changes: {
        status: () => told,
        propose: (state) => {
          proposed.push(state);
          return `change-${proposed.length}`;
        },
      },
      clock: new VirtualClock(),
      clockTrusted: () => true,
    });
  const tell = (status: Partial<NonNullable<NetworkNow['status']>>) => {
    told = { available: true, status: { version: 1, phase: 'confirmed', uptimeSeconds: 1, recent: [], wireguard: [], ...status } };
  };
  return { settings, is, calls, proposed, open, tell };
}
const outcome = (id: string, result: 'confirmed' | 'reverted', reason: string) => ({ id, result, reason, problems: [], uptimeSeconds: 1 });

test('radio and way out become one change of the network, confirmed or gone back; killed in between it is found again', () => {
  const pi = node();
  const current = { version: 1, country: 'DE', ap: { ssid: 'EnergyMesh-7f3a', passphrase: 'set' }, uplink: { kind: 'none' } };
  pi.tell({ state: current });
  let setup = pi.open();
  setup.invite(`mesh-id: mill\nmesh-passphrase: lantern-orchard-7421\n${invite()}`);
  expect(setup.state).toMatchObject({ at: 'radio', radio: { mesh: { id: 'mill' } } });
  setup.radio({ country: 'DE', mesh: { id: 'mill', passphrase: 'lantern-orchard-7421' } });
  setup.place({ name: 'Ferry House', uplink: { kind: 'wifi', ssid: 'Home', passphrase: 'kettle-harbour' } });
  expect(setup.state.at).toBe('network');
  expect(setup.apply()).toBe('change-1');
  const [state] = pi.proposed;
  expect(state).toEqual({
    version: 1,
    country: 'DE',
    // Its passphrase is left out: the helper keeps it.
    ap: { ssid: 'EnergyMesh-7f3a' },
    mesh: { id: 'mill', passphrase: 'lantern-orchard-7421' },
    uplink: { kind: 'wifi', ssid: 'Home', passphrase: 'kettle-harbour' },
  });
  expect(parseNetworkState({ ...(state as object), ap: { ssid: 'x', passphrase: 'kettle-harbour-1' } })).toMatchObject({ ok: true });

  // Nobody came back in time.
  pi.tell({ state: current, recent: [outcome('change-1', 'reverted', 'Nobody confirmed.')] });
  setup = pi.open();
  expect(setup.state).toMatchObject({ at: 'network', change: { at: 'undone', why: 'Nobody confirmed.' } });
  setup.apply();
  pi.tell({ state: current, waiting: { id: 'change-2', secondsLeft: 60 }, phase: 'waiting' });
  setup = pi.open();
  expect(setup.state).toMatchObject({ change: { at: 'asked', id: 'change-2' } });
  pi.tell({ state: { ...current, mesh: { id: 'mill', passphrase: 'set' } }, recent: [outcome('change-2', 'confirmed', 'Confirmed.')] });
  expect(setup.state.at).toBe('join');
  expect([...pi.settings.values()].join()).not.toMatch(/lantern|kettle/);
});

test('the hub is asked as soon as the change of the network is found kept', async () => {
  const pi = node();
  const current = { version: 1, country: 'DE' };
  pi.tell({ state: current });
  const setup = pi.open();
  const end = new AbortController();
  const joined = setup.joined(end.signal).catch(() => {});
  setup.invite(invite());
  setup.radio({ country: 'DE', mesh: { id: 'mill', passphrase: 'lantern-orchard-7421' } });
  setup.place({ name: 'Ferry House', uplink: { kind: 'keep' } });
  setup.apply();
  pi.tell({ state: current, waiting: { id: 'change-1', secondsLeft: 100 }, phase: 'waiting' });
  expect(setup.state.at).toBe('network');
  expect(pi.calls).toHaveLength(0);
  pi.tell({ state: { ...current, mesh: { id: 'mill', passphrase: 'set' } }, recent: [outcome('change-1', 'confirmed', 'Confirmed.')] });
  expect(setup.state.at).toBe('join');
  await expect.poll(() => pi.calls.map(({ name }) => name)).toEqual(['Ferry House']);
  end.abort();
  await joined;
});

test('a node without a way out of its own asks its neighbours for the way to the hub; one that has one, or is a gateway, does not', () => {
  const asked = (current: Record<string, unknown>, place: Parameters<Setup['place']>[0]['uplink']) => {
    const pi = node();
    pi.tell({ state: { version: 1, country: 'DE', ap: { ssid: 'EnergyMesh-7f3a', passphrase: 'set' }, ...current } });
    const setup = pi.open();
    setup.do({ do: 'later' });
    setup.radio({ country: 'DE', mesh: { id: 'mill', passphrase: 'lantern-orchard-7421' } });
    setup.place({ name: 'Ferry House', uplink: place });
    setup.apply();
    const state = pi.proposed[0] as Record<string, unknown>;
    expect(parseNetworkState({ ...state, ap: { ssid: 'x', passphrase: 'kettle-harbour-1' } })).toMatchObject({ ok: true });
    return state.gateway;
  };
  expect(asked({}, { kind: 'keep' })).toEqual({ mode: 'client' });
  expect(asked({ gateway: { mode: 'off', downKbit: 5000 } }, { kind: 'none' })).toEqual({ mode: 'client', downKbit: 5000 });
  expect(asked({}, { kind: 'ethernet' })).toBeUndefined();
  expect(asked({ uplink: { kind: 'ethernet' } }, { kind: 'keep' })).toBeUndefined();
  const server = { mode: 'server', hubs: [{ address: '203.0.113.7', port: 8443 }] };
  expect(asked({ uplink: { kind: 'ethernet' }, gateway: server }, { kind: 'keep' })).toEqual(server);
});

test('a machine that started anew before the word came has gone back', () => {
  const pi = node();
  pi.tell({ state: { version: 1 } });
  const setup = pi.open();
  setup.do({ do: 'later' });
  setup.radio({ country: 'DE' });
  setup.place({ name: 'Ferry House', uplink: { kind: 'keep' } });
  setup.apply();
  expect(setup.state, 'the helper is given a moment').toMatchObject({ change: { at: 'asked' } });
  expect(pi.open().state).toMatchObject({ change: { at: 'undone' } });
});

test('what is so already is not asked for', () => {
  const pi = node();
  pi.tell({ state: { version: 1, country: 'DE', mesh: { id: 'mill', passphrase: 'set' }, uplink: { kind: 'ethernet' } } });
  const setup = pi.open();
  setup.invite(invite());
  setup.radio({ country: 'DE', mesh: { id: 'mill' } });
  setup.place({ name: 'Ferry House', uplink: { kind: 'ethernet' } });
  expect(setup.state.at).toBe('join');
  expect(pi.proposed).toEqual([]);
});

test('the hub is asked under the name that was given; another invite takes the place of one that is refused', async () => {
  const pi = node();
  const setup = pi.open();
  const stop = new AbortController();
  const joined = setup.joined(stop.signal);
  expect(pi.calls).toEqual([]);
  const first = invite();
  setup.invite(first);
  setup.radio({});
  setup.place({ name: 'Ferry House', uplink: { kind: 'keep' } });
  await expect.poll(() => pi.calls.length).toBe(1);
  expect(pi.calls[0]).toMatchObject({ wanted: { by: 'invite', invite: first }, name: 'Ferry House' });
  pi.calls[0]?.answer.reject(new JoinRefused('It was used.'));
  await expect.poll(() => setup.state).toMatchObject({ at: 'way', refused: 'It was used.' });
  setup.invite(invite('Hillside'));
  setup.radio({});
  setup.place({ name: 'Ferry House', uplink: { kind: 'keep' } });
  await expect.poll(() => pi.calls.length).toBe(2);
  pi.is.enrolled = true;
  pi.calls[1]?.answer.resolve();
  await joined;
  expect(setup.state.at).toBe('wallet');
  setup.tellWallet('none');
  expect(setup.state).toMatchObject({ at: 'done', wallet: 'none' });
});

test('without an invite the community is asked; a member’s no leads back, and another way is taken', async () => {
  const pi = node();
  const setup = pi.open();
  const stop = new AbortController();
  const joined = setup.joined(stop.signal);
  setup.ask({ hub: 'https://hub.example:8443', root: 'ab'.repeat(32), communityId: '00112233445566aa', community: 'Millbrook', code: 'mfra-abcd-efgh-2345' });
  setup.radio({});
  setup.place({ name: 'Ferry House', uplink: { kind: 'keep' } });
  await expect.poll(() => pi.calls.length).toBe(1);
  expect(pi.calls[0]?.wanted).toEqual({ by: 'ask', hub: 'https://hub.example:8443', pin: 'ab'.repeat(32), community: '00112233445566aa' });
  pi.calls[0]?.onOpen();
  expect(setup.asking).toMatchObject({ open: true });
  // Meanwhile one goes on with the rest, and comes back after a power cut.
  setup.do({ do: 'go-on' });
  expect(pi.open().state).toMatchObject({ at: 'done', joined: 'deferred', way: { by: 'ask', code: 'mfra-abcd-efgh-2345' } });
  pi.calls[0]?.answer.reject(new JoinRefused('A member has said no.'));
  await expect.poll(() => setup.state).toMatchObject({ at: 'done', way: { by: 'later' }, refused: 'A member has said no.' });
  setup.create('Hillside');
  await expect.poll(() => pi.calls.length).toBe(2);
  expect(pi.calls[1]).toMatchObject({ wanted: { by: 'create', community: 'Hillside' }, name: 'Ferry House' });
  pi.is.enrolled = true;
  pi.calls[1]?.answer.resolve();
  await joined;
  expect(setup.state).toMatchObject({ at: 'done', joined: 'enrolled' });
});

test('an invite that is no more: by field', () => {
  const pi = node();
  const setup = pi.open();
  expect(() => setup.invite(invite('Millbrook', 1))).toThrow(SetupRefused);
  expect(setup.check(invite('Millbrook', 1))).toMatchObject({ ok: false, problems: [{ field: 'invite.expiresAt' }] });
  expect(setup.check(`mesh-passphrase: short\nmesh-id: m\n${invite()}`)).toMatchObject({ ok: false, problems: [{ field: 'mesh-passphrase' }] });
  expect(setup.check(`\ufeffname: Mill\r\ncountry: DE\r\n${invite()}\r\n`)).toMatchObject({ ok: true, carried: { name: 'Mill', country: 'DE' } });
  expect(setup.check('x'.repeat(10_000))).toMatchObject({ ok: false });
});

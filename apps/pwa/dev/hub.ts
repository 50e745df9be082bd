import type { OwnCommunity } from '@energymesh/agent/api/people-schema';
import type { ApiPorts } from '@energymesh/agent/api/ports';
import { PeopleRefused } from '@energymesh/agent/ports';
import { say } from '@energymesh/agent/said';
import { nodeIdOf } from './seeded-mesh.ts';

/** Simulated: what the community's hub answers about people and devices. Nobody is let in, nothing is signed. */
export const hubs = ['here', 'away', 'no-member', 'own'] as const;
export type HubName = (typeof hubs)[number];

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const address = 'hub.millbrook.example:8443';
type People = Awaited<ReturnType<ApiPorts['people']['get']>>;
type Owner = Awaited<ReturnType<ApiPorts['deviceDesk']['owners']>>['devices'][number];

export function hubOf(name: HubName, clock: () => number, here: ApiPorts['devices']): Pick<ApiPorts, 'people' | 'deviceDesk'> {
  const begun = clock();
  const answering = (about: 'people' | 'devices') => {
    if (name === 'no-member') throw new PeopleRefused('no-member', say(about === 'people' ? 'wish.no-member-people' : 'wish.no-member-devices'));
    if (name === 'away') throw new PeopleRefused('hub-away', say(about === 'people' ? 'wish.hub-away-people' : 'wish.hub-away-devices', { hub: address }));
  };
  const invite = (seed: number, ago: number, extra: Partial<People['invites'][number]> = {}): People['invites'][number] => ({
    ...{ id: seed.toString(16).padStart(64, '0'), role: 'relay', uses: 0, usesMax: 1, createdAt: begun - ago, expiresAt: begun - ago + 72 * hour },
    ...extra,
  });
  let people: Omit<People, 'at'> = {
    gateway: true,
    invitesMax: 10,
    invites: [invite(1, 5 * hour), invite(2, 30 * hour, { role: 'gateway', uses: 3, usesMax: 5 })],
    requests: [
      { node: nodeIdOf(40), name: 'Allotments 12', code: 'K7QD-4MZP-X2RA', askedAt: begun - 7 * minute, heardAt: begun - 20_000 },
      { node: nodeIdOf(41), name: 'Energía de la Plaza Mayor 3', code: 'B3NT-9WUE-HK5C', askedAt: begun - 26 * hour, heardAt: begun - 90_000 },
    ],
    decided: [
      { node: nodeIdOf(3), name: 'Orchard 9', state: 'approved', forGood: false, by: 'Mill Lane 7', at: begun - 3 * day },
      { node: nodeIdOf(42), name: 'EnergyMesh-77c0', state: 'refused', forGood: true, by: 'Bakery', at: begun - 9 * day },
    ],
  };
  const told = async (): Promise<People> => {
    answering('people');
    return { ...people, at: clock() };
  };
  const decide = (node: string, state: 'approved' | 'refused', forGood: boolean) => {
    answering('people');
    const asked = people.requests.find((one) => one.node === node);
    if (!asked) throw new PeopleRefused('hub-refused', say('wish.decided'));
    const decided = { node, name: asked.name, state, forGood, by: 'Mill Lane 7', at: clock() };
    people = { ...people, requests: people.requests.filter((one) => one !== asked), decided: [decided, ...people.decided] };
    return told();
  };
  const known: Owner[] = here().devices.map(({ id, role }, i) => ({
    ...{ id, role, addedAt: begun - (i + 2) * 6 * day, own: i % 2 === 0 },
    ...(i % 2 === 0 ? { by: 'Mill Lane 7' } : i === 1 ? { by: 'Bakery' } : {}),
  }));
  let devices =
    known.length === 0 ? [] : [...known, { id: 'meter-bakery-cold-store-2', role: 'meter' as const, addedAt: begun - day, own: false, by: 'Bakery' }];
  const owners = async () => {
    answering('devices');
    return { at: clock(), devicesMax: 64, devices };
  };
  const topics = (id: string) => ({ publishes: [`em/${id}/reading`, `em/${id}/event`], hears: [`em/${id}/command`] });
  const inside = (node: number, called: string, days: number, more = {}) => ({
    ...{ node: nodeIdOf(node), name: called, gateway: node === 2, enrolledAt: begun - days * day },
    ...more,
  });
  const nodes = [inside(0, 'Mill Lane 7', 41), inside(2, 'Bakery', 40), inside(3, 'Orchard 9', 3), inside(5, 'Silo', 30, { revokedAt: begun - 2 * day })];
  let own: OwnCommunity = name === 'own' ? { own: { name: 'Millbrook', members: 3, membersMax: 256, address: 'https://192.168.1.20:8443', nodes } } : {};
  return {
    people: {
      get: told,
      invite: async ({ role, uses, hours }) => {
        answering('people');
        if (people.invites.length >= people.invitesMax) throw new PeopleRefused('hub-refused', say('wish.invites-full'));
        const made = invite(people.invites.length + 50, 0, { role, usesMax: uses, createdAt: clock(), expiresAt: clock() + hours * hour });
        people = { ...people, invites: [made, ...people.invites] };
        return { id: made.id, text: `EM1-${'simulated'.repeat(40)}`, role, uses, expiresAt: made.expiresAt, community: 'Millbrook' };
      },
      withdraw: (id) => {
        people = { ...people, invites: people.invites.filter((one) => one.id !== id) };
        return told();
      },
      approve: async (node) => decide(node, 'approved', false),
      refuse: async (node, forGood) => decide(node, 'refused', forGood),
      own: () => own,
      backup: async () => '{"simulated":true}\n',
      revoke: async (node) => {
        if (own.own) own = { own: { ...own.own, nodes: own.own.nodes.map((one) => (one.node === node ? { ...one, revokedAt: clock() } : one)) } };
      },
      moveTo: async (hub) => {
        if (!own.own) throw new PeopleRefused('invalid', say('own.no-community'));
        own = { own: { ...own.own, moved: `https://${hub}` } };
      },
    },
    deviceDesk: {
      all: () => ({
        at: clock(),
        devices: devices.map(({ id, role }) => {
          const mine = here().devices.find((one) => one.id === id);
          return {
            ...{ id, role, connected: mine?.connected === true, packetsToday: mine?.packetsToday ?? 0, ...topics(id) },
            ...(mine?.connected ? { at: { node: nodeIdOf(0), name: 'Mill Lane 7', self: true } } : {}),
            ...(mine ? {} : { at: { node: nodeIdOf(2), name: 'Bakery', self: false } }),
            ...(mine?.lastSeen !== undefined && { lastSeen: mine.lastSeen }),
          };
        }),
      }),
      owners,
      add: async ({ id, role }) => {
        answering('devices');
        if (devices.some((one) => one.id === id)) throw new PeopleRefused('device-known', say('wish.device-known'));
        devices = [...devices, { id, role, addedAt: clock(), own: true, by: 'Mill Lane 7' }];
        const ca = `-----BEGIN CERTIFICATE-----\n${'simulated/'.repeat(24)}\n-----END CERTIFICATE-----\n`;
        const at = { addresses: ['192.168.1.20', '192.168.77.1'], port: 8883, name: 'energymesh.local' };
        return { ...{ id, role, token: 'q7Vd2mXhT0RkzWn4PbYcJe', ca, fingerprint: Array(32).fill('A1').join(':') }, ...at, ...topics(id) };
      },
      remove: (id) => {
        devices = devices.filter((one) => one.id !== id);
        return owners();
      },
    },
  };
}

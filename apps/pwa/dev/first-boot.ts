import type { ApiPorts } from '@energymesh/agent/api/ports';
import { SetupRefused } from '@energymesh/agent/ports';
import { saidOf, say, withSaid } from '@energymesh/agent/said';
import { countries } from '@energymesh/network';

/** Simulated: the wizard's way through first boot, in one process's memory. Nothing is joined, made or reset. */
export const setupSteps = ['way', 'radio', 'place', 'network', 'join', 'wallet', 'done'] as const;
export type SetupStep = (typeof setupSteps)[number];

type View = ReturnType<ApiPorts['setup']['view']>;
const code = 'K7QD-4MZP-X2RA';
const hub = 'https://hub.millbrook.example:8443';
const silent = say('hub.silent', { hub });

/** `changes` are those of the simulated network, so that the fifth screen counts down. */
export function firstBootOf(
  begin: SetupStep,
  clock: () => number,
  changes: ApiPorts['changes'],
  network: ApiPorts['network']['current'],
  claimed: () => boolean,
): ApiPorts['setup'] {
  let at: SetupStep = begin;
  let way: View['way'] = begin === 'way' || begin === 'done' ? undefined : { by: 'invite', community: 'Millbrook', role: 'relay' };
  let place: View['place'];
  let radio: View['radio'];
  let change: View['change'] = { at: 'open' };
  let wallet: View['wallet'] = 'backed-up';
  let silentSince = clock();
  const go = (to: SetupStep) => {
    at = to;
    silentSince = clock();
  };
  const order = (by: number) => setupSteps[Math.max(0, Math.min(setupSteps.length - 1, setupSteps.indexOf(at) + by))]!;
  const view = (): View => {
    const now = network();
    if (at === 'network' && change?.at === 'asked' && !now.waiting) {
      const last = now.recent[0];
      if (last?.result === 'confirmed') go('join');
      else change = { at: 'undone', why: last?.reason ?? '', whySaid: saidOf(last?.reason ?? '') };
    }
    const state = now.state as { country?: string; mesh?: { id?: string }; uplink?: { kind?: string } } | undefined;
    // A hub that is far away is silent at first, then it answers.
    const trying = at === 'join' && way?.by !== 'ask' && clock() - silentSince < 20_000;
    return {
      at: clock(),
      step: claimed() ? at : 'claim',
      node: {
        id: 'a1b2c3d4e5f60718',
        fingerprint: 'MFRG GZDF MZTW Q2LK',
        name: place?.name ?? 'EnergyMesh-a1b2',
        addresses: ['192.168.1.20', '192.168.77.1'],
        port: 8080,
      },
      ...(way && { way }),
      ...(radio && { radio }),
      ...(place && { place }),
      ...(at === 'network' && { change: { ...change!, ...(now.waiting && { waiting: { ...now.waiting, ofSeconds: 120 } }) } }),
      network: {
        available: now.available,
        ...(state?.country !== undefined && { country: state.country }),
        ...(state?.mesh?.id !== undefined && { meshId: state.mesh.id }),
        ...(state?.uplink?.kind !== undefined && { uplink: state.uplink.kind }),
      },
      ...(trying && { asking: { tries: 2, words: silent, said: saidOf(silent), nextAt: clock() + 8000, open: false } }),
      ...(at === 'join' && way?.by === 'ask' && { asking: { tries: 0, words: '', nextAt: clock(), open: true } }),
      ...((at === 'done' || at === 'wallet') && { joined: 'enrolled' as const }),
      community: 'Millbrook',
      ...(at === 'done' && { wallet }),
    };
  };
  return {
    open: () => at !== 'done' || !claimed(),
    view,
    check: (text) =>
      /^\s*EM1-/.test(text)
        ? { ok: true, community: 'Millbrook', role: 'relay', hubs: [hub], expiresAt: clock() + 86_400_000, name: 'Mill Lane 7' }
        : { ok: false, problems: [withSaid({ field: 'invite', text: say('invite.none') })] },
    invite: () => {
      way = { by: 'invite', community: 'Millbrook', role: 'relay' };
      go('radio');
    },
    found: () => ({
      found: [
        { name: 'Millbrook', hub, nodes: ['Bakery', 'Orchard 9'] },
        { name: 'Comunidad Energética del Valle de los Almendros', hub: 'https://192.168.1.48:8443', nodes: ['Plaza Mayor 3'] },
      ],
    }),
    lookAt: async (address) =>
      address.includes('.')
        ? { ok: true, community: 'Millbrook', hub, root: 'ab'.repeat(32), code }
        : { ok: false, words: say('hub.address'), said: { code: 'hub.address', params: {} } },
    ask: async () => {
      way = { by: 'ask', community: 'Millbrook', code, hub };
      go('radio');
    },
    create: (community) => {
      way = { by: 'create', community };
      go('radio');
    },
    later: () => {
      way = { by: 'later' };
      go('radio');
    },
    radio: ({ country, mesh }) => {
      radio = { ...(country !== undefined && { country }), ...(mesh && { mesh: { id: mesh.id, hasPassphrase: mesh.passphrase !== undefined } }) };
      go('place');
    },
    place: ({ name, position, uplink }) => {
      place = { name, uplink: uplink.kind, ...(position && { position }), ...(uplink.kind === 'wifi' && { ssid: uplink.ssid }) };
      change = { at: 'open' };
      go(network().available ? 'network' : 'join');
    },
    apply: () => {
      const id = changes.propose({ ...network().state, country: radio?.country ?? 'DE' }, 120);
      change = { at: 'asked' };
      return { id };
    },
    keepNetwork: () => go('join'),
    goOn: () => go('wallet'),
    postpone: () => {
      wallet = 'postponed';
      go('done');
    },
    back: () => go(order(-1)),
    closeAccessPoint: () => {},
    countries: () => [...countries],
    losses: () => ({
      ...{ at: clock(), name: 'Mill Lane 7', id: 'a1b2c3d4e5f60718', community: 'Millbrook', waiting: 14, devices: 3 },
      wallet: { address: 'GA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVSGZ', backedUp: false, balance: '421837000' },
    }),
    reset: ({ name }) => {
      if (name !== 'Mill Lane 7') throw new SetupRefused('not-confirmed', say('setup.type-name', { name: 'Mill Lane 7' }));
    },
  };
}

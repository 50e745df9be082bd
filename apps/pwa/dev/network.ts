import type { ApiPorts } from '@energymesh/agent/api/ports';
import { NetworkRefused } from '@energymesh/agent/ports';
import { saidOf, say } from '@energymesh/agent/said';
import { channelsOf, countries } from '@energymesh/network';

/** Simulated: the helper that changes a node's network. Nothing is changed, but a change waits, is kept or goes back as a real one. */
export const helpers = ['here', 'none', 'blank'] as const;
export type HelperName = (typeof helpers)[number];

type Now = ReturnType<ApiPorts['network']['current']>;
type State = Record<string, unknown>;

const first: State = {
  version: 1,
  country: 'DE',
  mesh: { interface: 'mesh0', id: 'millbrook', passphrase: 'set', channel: 6 },
  ap: { interface: 'ap0', ssid: 'EnergyMesh Mill Lane', passphrase: 'set', channel: 1, address: '192.168.77.1/24', hidden: false, portal: true },
  uplink: { kind: 'ethernet', interface: 'eth0', ipv4: 'dhcp' },
  wireguard: [
    {
      ...{ name: 'wg-mesh', address: '10.60.0.4/24', listenPort: 51_820 },
      peers: [{ publicKey: `${'A1b2'.repeat(10)}A1A=`, endpoint: '203.0.113.9:51820', allowedIps: ['10.60.0.1/32'], keepaliveSeconds: 25 }],
    },
  ],
};

export function networkOf(name: HelperName, clock: ApiPorts['clock'], port: () => number): Pick<ApiPorts, 'changes'> & { current: () => Now } {
  const { mesh: _mesh, ...outOfTheBox } = first;
  let state: State = name === 'blank' ? outOfTheBox : first;
  let waiting: { id: string; until: number } | undefined;
  let change: Now['change'];
  let recent: Now['recent'] = [];
  let made = 0;
  const settle = (id: string, result: 'confirmed' | 'reverted', reason: string) => {
    if (waiting?.id !== id) throw new NetworkRefused('nothing-waits', say('network.nothing-waits'));
    waiting = undefined;
    if (result === 'reverted') state = change?.before ?? state;
    recent = [{ id, result, reason, problems: [] }, ...recent].slice(0, 8);
  };
  const current = (): Now => {
    if (waiting && clock.wall() >= waiting.until) settle(waiting.id, 'reverted', say('network.back-late'));
    const there = name !== 'none';
    return {
      at: clock.wall(),
      available: there,
      ...(there && { phase: waiting ? ('waiting' as const) : ('confirmed' as const), state }),
      ...(waiting && { waiting: { id: waiting.id, secondsLeft: Math.ceil((waiting.until - clock.wall()) / 1000) } }),
      ...(change && { change }),
      recent: recent.map((one) => ({ ...one, reasonSaid: saidOf(one.reason) })),
      tunnels: there ? [{ name: 'wg-mesh', publicKey: `${'Q9z8'.repeat(10)}Q9A=` }] : [],
      reach: { name: 'energymesh-a1.local', addresses: ['192.168.4.1', '192.168.77.1'], port: port() },
    };
  };
  return {
    current,
    changes: {
      check: ({ mesh }: { mesh?: { passphrase?: string } } = {}) =>
        mesh?.passphrase !== undefined && mesh.passphrase.length < 12 && mesh.passphrase !== 'set'
          ? [{ field: 'mesh.passphrase', text: say('field.mesh-passphrase', { what: 'too small' }) }]
          : [],
      choices: (country) => ({ countries: [...countries], channels: [...channelsOf(country)] }),
      propose: (asked, ofSeconds) => {
        if (name === 'none') throw new NetworkRefused('no-helper', say('network.no-helper'));
        if (waiting) throw new NetworkRefused('busy', say('network.under-way'));
        const id = `change-${(++made).toString(16).padStart(16, '0')}`;
        change = { id, ofSeconds, before: state, asked: asked as State };
        state = asked as State;
        waiting = { id, until: clock.wall() + ofSeconds * 1000 };
        return id;
      },
      confirm: (id) => settle(id, 'confirmed', say('network.stays')),
      revert: (id) => settle(id, 'reverted', say('network.back-asked')),
    },
  };
}

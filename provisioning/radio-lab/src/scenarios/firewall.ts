import { until } from '@energymesh/e2e/community/until';
import { NetworkFiles } from '../guest/network-files.ts';
import { labMesh, type RadioNode } from '../guest/radio-node.ts';
import { run } from '../guest/run.ts';
import { type Inside, openPorts, openUdpPorts } from '../guest/scanning.ts';
import { hubAddress, type Village } from '../guest/village.ts';
import { allDelivered } from './deliveries.ts';
import { lineAir } from './line.ts';
import type { Scenario } from './scenario.ts';

const scanned = ['1-10000', '12000-33000'];
const [beacons, mdns] = [7769, 5353];
const scannedUdp = ['1-1100', String(mdns), '7700-7800', '51820-51821'];
const keys = ['a', 'b', 'c', 'd'] as const;

export const firewall: Scenario = {
  name: 'firewall',
  what: "the nodes' own nftables rules on all nodes: traffic goes on, and a scan from each side finds what shall be open",
  short: false,
  secondsMax: 500,
  async run(lab, around) {
    const village = await around.village(lineAir);
    await village.connected();
    // As at boot: the rules first. A connection of before has no state that they could know.
    for (const key of keys) await village.agent(key).stop();
    for (const key of keys) await village.radio(key).inside('nft', '-f', filesOf(village, key).path('nftables.conf'));
    try {
      const started = performance.now();
      await Promise.all(keys.map((key) => village.start(key)));
      await village.connected();
      lab.figure({ figure: 'lab.firewall.connectedMs', value: Math.round(performance.now() - started), unit: 'ms' });
      const meter = await village.publisher('meter-1');
      await meter.stream(10, 10);
      await allDelivered(lab, village, meter, 'firewall');

      const { links } = village.agent('b').ports;
      const [a, b, d] = [village.radio('a'), village.radio('b'), village.radio('d')];
      const linkLocal = await linkLocalOf(b, b.wlan);
      const batman = await linkLocalOf(b, 'bat0');
      const expect = async (from: string, at: Inside, target: RadioNode, address: string, tcp: readonly number[], udp: readonly number[]): Promise<void> => {
        lab.step(`a scan: ${from}`);
        const found = { tcp: await openPorts(at, address, scanned), udp: await openUdpPorts(at, target, address, scannedUdp) };
        for (const [kind, expected] of Object.entries({ tcp, udp }) as ['tcp' | 'udp', readonly number[]][]) {
          const right = found[kind].join() === [...expected].sort((x, y) => x - y).join();
          lab.must(`${from}: open by ${kind} are ${expected.join(', ') || 'none'}`, right, `open: ${found[kind].join(', ')}`);
        }
      };
      await expect('a radio neighbour, by link-local address', a, b, `${linkLocal}%${a.wlan}`, [links], [beacons]);
      await expect('a radio neighbour, by address on batman-adv', a, b, b.address, [], []);
      await expect('a node further away, by link-local address on batman-adv', d, b, `${batman}%bat0`, [links], [beacons]);
      const gateway = village.agent('d').ports;
      const hub = { through: ['ip', 'netns', 'exec', 'hub'] } as const;
      await expect("the house's side of the gateway", hub, d, '10.77.0.2', [gateway.http, gateway.devices, gateway.links], [mdns, beacons]);
      await run('ip', '-n', 'hub', 'route', 'replace', '10.50.0.0/24', 'via', '10.77.0.2');
      await expect('the house, into the mesh behind the gateway', hub, b, b.address, [], []);
      const broker = village.community.hub.ports;
      const through = await openPorts(a, hubAddress, scanned);
      lab.must('a node of the mesh reaches of the hub its enrolment alone', through.join() === String(broker.https), `open: ${through.join(', ')}`);
    } finally {
      for (const key of keys) await village.radio(key).inside('nft', 'delete', 'table', 'inet', 'energymesh');
      await until('all to be well without the rules', 120_000, async () => (await village.agent('a').health())?.gateway != null);
    }
  },
};

function filesOf(village: Village, key: string): NetworkFiles {
  const radio = village.radio(key);
  const ports = { ...village.agent(key).ports, beacons, authority: 8443 };
  const mesh = { interface: radio.wlan, id: labMesh.id, passphrase: labMesh.password! };
  const hubs = [{ address: hubAddress, port: village.community.hub.ports.https }];
  const gateway = { mode: 'server', address: `${radio.address}/24`, hubs } as const;
  const uplink = { kind: 'ethernet', interface: 'eth0', ipv4: { address: '10.77.0.2/24', gateway: '10.77.0.1' } } as const;
  const more = key === 'd' ? { gateway, uplink, lan: ['eth0'] } : { gateway: { mode: 'client' as const }, lan: [] };
  return new NetworkFiles(radio.namespace, { version: 1, country: 'DE', mesh, ...more }, ports);
}

async function linkLocalOf(radio: RadioNode, name: string): Promise<string> {
  return /inet6 (fe80:[0-9a-f:]+)\//.exec(await radio.inside('ip', '-6', 'address', 'show', 'dev', name, 'scope', 'link'))?.[1] ?? '';
}

import { join } from 'node:path';
import { until } from '@energymesh/e2e/community/until';
import { lineOf } from '../guest/air.ts';
import { plugIn, unplug } from '../guest/cable.ts';
import { Capture } from '../guest/capture.ts';
import type { Lab } from '../guest/lab.ts';
import { NetworkFiles } from '../guest/network-files.ts';
import { labMesh } from '../guest/radio-node.ts';
import { run } from '../guest/run.ts';
import { openPorts, openUdpPorts } from '../guest/scanning.ts';
import { hubAddress, tunnelAddresses, type Village } from '../guest/village.ts';
import { tunnelDown, tunnelUp, wireguardKey } from '../guest/wireguard.ts';
import { allDelivered } from './deliveries.ts';
import { lineAir } from './line.ts';
import type { Scenario } from './scenario.ts';

/** c and d do not hear each other: the cable between them carries WireGuard only. */
const air = lineOf(0, 1, 2);
const port = 51_820;
const uplinkAddress = { hub: '10.60.0.1', node: '10.60.0.4' } as const;
const scanned = ['1-10000', '12000-33000'];
const scannedUdp = ['1-1100', '5353', '7700-7800', '51820-51821'];

export const wireguard: Scenario = {
  name: 'wireguard',
  what: 'the uplink inside WireGuard, and a link between two nodes inside WireGuard over Ethernet, behind the rules: nothing else on the wires',
  short: false,
  secondsMax: 500,
  async run(lab, around) {
    const village = await around.village(lineAir);
    await village.connected();
    await uplink(lab, village);
    lab.air(air);
    await village.apart('c', 'd');
    await betweenNodes(lab, village);
  },
};

/** A tunnel's state, as an operator would write it. */
const tunnel = (name: string, address: string, publicKey: string, allowedIps: readonly string[], more: { listenPort?: number; endpoint?: string }) => {
  const { listenPort, endpoint } = more;
  return {
    name,
    address,
    ...(listenPort && { listenPort }),
    peers: [{ publicKey, allowedIps: [...allowedIps], ...(endpoint && { endpoint, keepaliveSeconds: 25 }) }],
  };
};

async function uplink(lab: Lab, village: Village): Promise<void> {
  const d = village.radio('d');
  const [hubKey, nodeKey] = [wireguardKey(), wireguardKey()];
  const { hub, node } = uplinkAddress;
  const atHub = tunnel('wg-hub', `${hub}/24`, nodeKey.publicKey, [`${node}/32`], { listenPort: port });
  await tunnelUp(new NetworkFiles('hub', { version: 1, country: 'DE', wireguard: [atHub], lan: [] }), 'wg-hub', hubKey);
  const atNode = tunnel('wg-up', `${node}/24`, hubKey.publicKey, [`${hub}/32`, `${hubAddress}/32`], { endpoint: `10.77.0.1:${port}` });
  // As at boot: the tunnel first. A connection of before would go on from the wire's address.
  await village.agent('d').stop();
  await tunnelUp(new NetworkFiles(d.namespace, { version: 1, country: 'DE', wireguard: [atNode], lan: [] }), 'wg-up', nodeKey);
  const started = performance.now();
  await village.start('d');
  await village.connected();
  const meter = await village.publisher('meter-1');
  await meter.publish();
  await allDelivered(lab, village, meter, 'wireguard.uplink');
  lab.figure({ figure: 'lab.wireguard.uplinkMs', value: Math.round(performance.now() - started), unit: 'ms' });

  const capture = await Capture.start('uplink', join(lab.dir, 'wireguard-uplink.pcap'), d.through, 'eth0', join(lab.dir, 'tcpdump.log'));
  await meter.stream(10, 10);
  await allDelivered(lab, village, meter, 'wireguard.uplink');
  await capture.stop();
  const others = await otherThanWireguard(capture.file);
  lab.must('the uplink carries nothing but WireGuard', others === '', others.split('\n')[0]);
  await village.agent('d').stop();
  await tunnelDown(d.namespace, 'wg-up');
  await tunnelDown('hub', 'wg-hub');
  await run('ip', '-n', d.namespace, 'route', 'replace', hubAddress, 'via', '10.77.0.1');
  await village.start('d');
  await village.connected();
}

async function betweenNodes(lab: Lab, village: Village): Promise<void> {
  const [c, d] = [village.radio('c'), village.radio('d')];
  const wire = { c: '10.79.0.3', d: '10.79.0.4' } as const;
  await plugIn('eth2', c, wire.c, d, wire.d);
  const keys = [wireguardKey(), wireguardKey()] as const;
  const [tunnelC, tunnelD] = tunnelAddresses;
  const ends = [
    { key: 'c', radio: c, own: keys[0], other: keys[1], address: tunnelC, peer: tunnelD, endpoint: wire.d },
    { key: 'd', radio: d, own: keys[1], other: keys[0], address: tunnelD, peer: tunnelC, endpoint: wire.c },
  ] as const;
  try {
    for (const { key, radio, own, other, address, peer, endpoint } of ends) {
      const state = radio.state(labMesh, {
        wireguard: [tunnel('wg-mesh', `${address}/24`, other.publicKey, [`${peer}/32`], { listenPort: port, endpoint: `${endpoint}:${port}` })],
        lan: key === 'd' ? ['eth0', 'eth2'] : ['eth2'],
      });
      const files = new NetworkFiles(radio.namespace, state, { ...village.agent(key).ports, beacons: 7769, authority: 8443 });
      await radio.inside('nft', '-f', files.path('nftables.conf'));
      await tunnelUp(files, 'wg-mesh', own);
    }
    const started = performance.now();
    await until('a link between c and d inside WireGuard', 180_000, async () => (await village.nextHop('c')) === 'd');
    lab.figure({ figure: 'lab.wireguard.linkMs', value: Math.round(performance.now() - started), unit: 'ms' });
    await village.connected();
    const capture = await Capture.start('cable', join(lab.dir, 'wireguard-cable.pcap'), c.through, 'eth2', join(lab.dir, 'tcpdump.log'));
    const meter = await village.publisher('meter-1');
    await meter.stream(10, 10);
    await allDelivered(lab, village, meter, 'wireguard.link');
    const bytes = await capture.stop();
    const others = await otherThanWireguard(capture.file);
    lab.must('the cable carries nothing but WireGuard, and that it does', others === '' && bytes > 10_000, `${bytes} bytes; ${others.split('\n')[0]}`);

    lab.step('a scan: the other end of the tunnel');
    const { links } = village.agent('d').ports;
    const open = await openPorts(c, tunnelD, scanned);
    lab.must('inside the tunnel the door for links is open, and no other', open.join() === String(links), `open: ${open.join(', ')}`);
    const udp = await openUdpPorts(c, d, tunnelD, scannedUdp);
    lab.must('inside the tunnel beacons are let through, and nothing else by UDP', udp.join() === '7769', `open: ${udp.join(', ')}`);
  } finally {
    for (const { radio } of ends) {
      await radio.inside('nft', 'flush', 'ruleset');
      await tunnelDown(radio.namespace, 'wg-mesh').catch(() => {});
    }
    await unplug('eth2', c);
  }
}

/** Packets of a capture that are neither WireGuard's nor what finds neighbours' addresses and groups (ARP, ICMPv6, MLD behind its hop-by-hop header). */
const otherThanWireguard = (file: string): Promise<string> =>
  run('tcpdump', '-nn', '-r', file, `not udp port ${port} and not arp and not icmp6 and not ip6 proto 0`).then((text) => text.trim());

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '@energymesh/e2e/community/until';
import { lineOf } from '../guest/air.ts';
import { plugIn, unplug } from '../guest/cable.ts';
import { Capture } from '../guest/capture.ts';
import type { Lab } from '../guest/lab.ts';
import { NetworkFiles } from '../guest/network-files.ts';
import { run } from '../guest/run.ts';
import { hubAddress, type Village } from '../guest/village.ts';
import { tunnel, wireguardKey } from '../guest/wireguard.ts';
import { allDelivered } from './deliveries.ts';
import { lineAir } from './line.ts';
import type { Scenario } from './scenario.ts';

/** c and d do not hear each other: the cable between them carries WireGuard only. */
const air = lineOf(0, 1, 2);
const port = 51_820;
/** Beacons' group: in a tunnel with one peer it may go to that one. */
const beaconGroup = 'ff12::656d';

export const wireguard: Scenario = {
  name: 'wireguard',
  what: 'the uplink inside WireGuard, and a link between two nodes inside WireGuard over Ethernet',
  short: false,
  secondsMax: 400,
  async run(lab, around) {
    const village = await around.village(lineAir);
    await village.connected();
    await uplink(lab, village);
    lab.air(air);
    await village.apart('c', 'd');
    await betweenNodes(lab, village);
  },
};

async function uplink(lab: Lab, village: Village): Promise<void> {
  const d = village.radio('d');
  const [hubKey, nodeKey] = [wireguardKey(), wireguardKey()];
  writeFileSync('/run/wg-hub.conf', `[Interface]\nListenPort = ${port}\n[Peer]\nPublicKey = ${nodeKey.publicKey}\nAllowedIPs = 10.60.0.4/32\n`);
  await tunnel('hub', 'wg0', '/run/wg-hub.conf', hubKey, ['10.60.0.1/24']);
  const peer = { publicKey: hubKey.publicKey, endpoint: `10.77.0.1:${port}`, allowedIps: ['10.60.0.1/32', `${hubAddress}/32`], keepaliveSeconds: 25 };
  const files = new NetworkFiles(d.namespace, { version: 1, country: 'DE', wireguard: [{ name: 'wg-up', address: '10.60.0.4/24', peers: [peer] }], lan: [] });
  await tunnel(d.namespace, 'wg-up', files.path('wg-up.conf'), nodeKey, ['10.60.0.4/24']);
  // As at boot: the tunnel first. A connection of before would go on from the wire's address.
  await village.agent('d').stop();
  await run('ip', '-n', d.namespace, 'route', 'replace', hubAddress, 'dev', 'wg-up', 'src', '10.60.0.4');
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
  await run('ip', '-n', d.namespace, 'route', 'replace', hubAddress, 'via', '10.77.0.1');
  for (const [namespace, name] of [
    [d.namespace, 'wg-up'],
    ['hub', 'wg0'],
  ] as const)
    await run('ip', '-n', namespace, 'link', 'del', name);
  await village.start('d');
  await village.connected();
}

async function betweenNodes(lab: Lab, village: Village): Promise<void> {
  const [c, d] = [village.radio('c'), village.radio('d')];
  await plugIn('eth2', c, '10.79.0.3', d, '10.79.0.4');
  const keys = [wireguardKey(), wireguardKey()] as const;
  const ends = [
    { radio: c, key: keys[0], peer: keys[1], own: 3, other: 4 },
    { radio: d, key: keys[1], peer: keys[0], own: 4, other: 3 },
  ];
  for (const { radio, key, peer, own, other } of ends) {
    const { publicKey } = peer;
    const peers = [{ publicKey, endpoint: `10.79.0.${other}:${port}`, allowedIps: [`fe80::${other}/128`, `${beaconGroup}/128`], keepaliveSeconds: 25 }];
    const files = new NetworkFiles(radio.namespace, {
      version: 1,
      country: 'DE',
      wireguard: [{ name: 'wg-mesh', listenPort: port, address: `fd00:60::${own}/64`, peers }],
      lan: [],
    });
    await tunnel(radio.namespace, 'wg-mesh', files.path('wg-mesh.conf'), key, [`fe80::${own}/64`]);
    // A tunnel is no multicast interface by itself.
    await run('ip', '-n', radio.namespace, 'link', 'set', 'wg-mesh', 'multicast', 'on');
    await run('ip', '-n', radio.namespace, '-6', 'route', 'replace', 'multicast', 'ff00::/8', 'dev', 'wg-mesh', 'table', 'local');
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
  for (const { radio } of ends) await run('ip', '-n', radio.namespace, 'link', 'del', 'wg-mesh');
  await unplug('eth2', c);
}

/** Packets of a capture that are neither WireGuard's nor what finds neighbours' addresses and groups (ARP, ICMPv6, MLD behind its hop-by-hop header). */
const otherThanWireguard = (file: string): Promise<string> =>
  run('tcpdump', '-nn', '-r', file, `not udp port ${port} and not arp and not icmp6 and not ip6 proto 0`).then((text) => text.trim());

import { join } from 'node:path';
import { Publisher } from '@energymesh/e2e/harness/publisher';
import { type Edge, lineOf } from '../guest/air.ts';
import { Door } from '../guest/door.ts';
import type { Lab } from '../guest/lab.ts';
import { NetworkFiles } from '../guest/network-files.ts';
import { labMesh } from '../guest/radio-node.ts';
import { Daemon, run } from '../guest/run.ts';
import { openPorts, openUdpPorts } from '../guest/scanning.ts';
import { Station } from '../guest/station.ts';
import { hubAddress, type Village } from '../guest/village.ts';
import type { Scenario } from './scenario.ts';

/** The second adapter of node a, a phone, an ESP32. */
const [accessPoint, phoneRadio, espRadio] = [8, 9, 10];
const air: readonly Edge[] = [...lineOf(0, 1, 2, 3), [accessPoint, phoneRadio], [accessPoint, espRadio]];
const own = '192.168.77.1';
const [ssid, passphrase] = ['EnergyMesh lab', 'kettle-harbour-3390'];
const associateMsMax = 60_000;
const scanned = ['1-10000', '12000-33000'];

export const accessPointScenario: Scenario = {
  name: 'access-point',
  what: 'a phone and a WPA2-only ESP32 at the access point of node a, in both profiles: a lease, the page, the broker, and nothing else',
  short: false,
  secondsMax: 500,
  async run(lab, around) {
    const village = await around.village(air);
    const [phone, esp] = [new Station('phone', phoneRadio, lab.dir), new Station('esp', espRadio, lab.dir)];
    for (const station of [phone, esp]) await station.create();
    await run('iw', 'phy', `phy${accessPoint}`, 'set', 'netns', 'name', village.radio('a').namespace);
    for (const profile of ['wpa2-built-in', 'sae-transition'] as const) await withProfile(lab, village, profile, phone, esp);
  },
};

async function withProfile(lab: Lab, village: Village, profile: 'wpa2-built-in' | 'sae-transition', phone: Station, esp: Station): Promise<void> {
  lab.step(`profile ${profile}`);
  const a = village.radio('a');
  const { ports } = village.agent('a');
  const wlan = `wlan${accessPoint}`;
  const files = new NetworkFiles(
    a.namespace,
    {
      version: 1,
      country: 'DE',
      mesh: { interface: a.wlan, id: labMesh.id, passphrase: labMesh.password! },
      ap: { interface: wlan, ssid, passphrase, profile, address: `${own}/24` },
      lan: [],
    },
    { ...ports, beacons: 7769, authority: 8443 },
  );
  const log = (name: string): string => join(lab.dir, `${name}-${profile}.log`);
  await a.inside('nft', '-f', files.path('nftables.conf'));
  await a.inside('ip', 'address', 'replace', `${own}/24`, 'dev', wlan);
  const started = performance.now();
  const hostapd = new Daemon(log('hostapd'), ...a.through, 'hostapd', '-t', files.path(`hostapd-${wlan}.conf`));
  const dnsmasq = new Daemon(
    log('dnsmasq'),
    ...a.through,
    'dnsmasq',
    '--keep-in-foreground',
    '--user=root',
    `--conf-file=${files.path(`dnsmasq-${wlan}.conf`)}`,
  );
  try {
    const phoneKey = profile === 'sae-transition' ? 'SAE' : 'WPA-PSK';
    const [onPhone, onEsp] = await Promise.all([phone.join(ssid, passphrase, phoneKey, associateMsMax), esp.join(ssid, passphrase, 'WPA-PSK', associateMsMax)]);
    lab.figure({ figure: `lab.accessPoint.${profile}.bothLeasedMs`, value: Math.round(performance.now() - started), unit: 'ms' });
    lab.must(`${profile}: the phone is associated by ${phoneKey}`, onPhone.keyManagement.includes(phoneKey === 'SAE' ? 'SAE' : 'PSK'), onPhone.keyManagement);
    lab.must(`${profile}: the ESP32 is associated by WPA2`, /^WPA2-PSK$/.test(onEsp.keyManagement), onEsp.keyManagement);
    lab.must(
      `${profile}: both have an address of the access point's`,
      [onPhone, onEsp].every(({ address }) => address.startsWith('192.168.77.')),
    );
    const page = await phone.inside('busybox', 'wget', '-q', '-O', '-', `http://${own}:${ports.http}/healthz`);
    lab.must(`${profile}: the phone reaches the node's page`, page.includes('"enrolled":true'), page.slice(0, 80));
    const name = await phone.inside('busybox', 'nslookup', '-type=a', 'connectivity.example', own);
    lab.must(`${profile}: every name leads to the node`, name.includes(own), name.slice(0, 120));
    lab.must(`${profile}: the ESP32's telemetry is acknowledged at the device door`, await publishes(village, esp));

    lab.step('a scan from the phone');
    const open = await openPorts(phone, own, scanned);
    const expected = [53, 80, ports.http, ports.devices].sort((x, y) => x - y);
    lab.must(`${profile}: names, portal, page and device door are open, nothing else`, open.join() === expected.join(), `open: ${open.join(', ')}`);
    // The node's other address on this WiFi: every interface has one.
    const six = /inet6 (fe80:[0-9a-f:]+)\//.exec(await a.inside('ip', '-6', 'address', 'show', 'dev', wlan, 'scope', 'link'))?.[1] ?? '';
    const openSix = await openPorts(phone, `${six}%${phone.wlan}`, scanned);
    lab.must(`${profile}: the same by IPv6`, openSix.join() === expected.join(), `open: ${openSix.join(', ')}`);
    const udp = await openUdpPorts(phone, a, own, ['1-1100', '5353', '7700-7800', '51820-51821']);
    lab.must(
      `${profile}: by UDP nothing but what DHCP and names have`,
      udp.every((port) => port === 53 || port === 67),
      `open: ${udp.join(', ')}`,
    );
    for (const other of [a.address, village.radio('d').address, hubAddress, onEsp.address]) {
      const there = await openPorts(phone, other, ['22', '53', '80', '443', '1883', String(ports.http), String(ports.devices), String(ports.links)]);
      // Port 80 of whatever address is the portal: the node itself answers.
      const allowed = other === a.address ? [80, ports.http, ports.devices] : other === onEsp.address ? [] : [80];
      lab.must(
        `${profile}: nothing behind the node: ${other}`,
        there.every((port) => (allowed as number[]).includes(port)),
        there.join(', '),
      );
    }
    lab.must(`${profile}: the phone does not reach the ESP32`, !(await pings(phone, onEsp.address)));
    lab.must(`${profile}: the node answers the phone's ping`, await pings(phone, own));
  } finally {
    for (const station of [phone, esp]) await station.leave();
    await dnsmasq.stop();
    await hostapd.stop();
    await a.inside('nft', 'delete', 'table', 'inet', 'energymesh');
  }
}

/** A real device over this WiFi. */
async function publishes(village: Village, esp: Station): Promise<boolean> {
  const device = village.community.device('esp-1');
  const { ports } = village.agent('a');
  const port = ports.devices + 20_000;
  await using _door = await Door.open(esp.through, esp.namespace, port, '/run/esp-door.log', `${own}:${ports.devices}`);
  const publisher = await Publisher.connect({ ...device, url: `mqtts://127.0.0.1:${port}` }, village.community.hub.deviceRootPem());
  await publisher.publish();
  await publisher.close();
  return publisher.acknowledged.size === 1;
}

const pings = (station: Station, address: string): Promise<boolean> =>
  station.inside('ping', '-c', '2', '-W', '2', address).then(
    () => true,
    () => false,
  );

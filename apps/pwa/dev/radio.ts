import { saidOf } from '@energymesh/agent/said';
import type { Neighbours, RadioBeneath } from '@energymesh/agent/schema';

/** Simulated: what the radios of a machine say, in the states that a dashboard has to show. Nothing of this is measured. */
export const radios = ['none', 'good', 'blank', 'wrong', 'stale', 'unreadable'] as const;
export type RadioName = (typeof radios)[number];

const mac = (i: number): string => `02:0c:43:00:${i.toString(16).padStart(2, '0')}:01`;
const empty = {
  links: [],
  peers: [],
  interfaces: [],
  clients: [],
  heard: [],
  reached: [],
  gateways: [],
  tunnels: [],
  check: { radios: [], advice: [], adviceSaid: [] },
  problems: [],
};
const buy = 'Buy a USB adapter with the chip MT7612U (2.4 and 5 GHz, for example Alfa AWUS036ACM) or MT7610U: its driver is in the kernel and can mesh.';
const advice = [`No radio here can mesh. ${buy}`];
const unread = "/run/energymesh/radio/radio.json cannot be read (EACCES). Let the agent's user read it.";
const builtIn = {
  interface: 'ap0',
  driver: 'brcmfmac',
  canMesh: false,
  canAccessPoint: true,
  words: "ap0 is the Pi's built-in radio: it can be an access point, but cannot mesh. As an access point it serves about 7 devices, with WPA2.",
};

const adapter = {
  interface: 'mesh0',
  driver: 'mt76x2u',
  canMesh: true,
  canAccessPoint: true,
  words: 'mesh0 is an MT7612U adapter: it can mesh or be an access point. A good choice for the mesh.',
};

export function radioOf(name: RadioName, neighbours: () => Neighbours, clock: () => number): () => RadioBeneath {
  const begun = clock();
  return () => {
    const at = clock();
    if (name === 'none') return { ...empty, at, state: 'none' };
    if (name === 'unreadable') return { ...empty, at, state: 'unreadable', why: unread, whySaid: saidOf(unread) };
    const saidAt = name === 'stale' ? begun - 14 * 60_000 : at - 2000;
    const others = neighbours().neighbours;
    if (name === 'blank')
      return {
        ...{ ...empty, at, state: 'fresh', saidAt, check: { radios: [builtIn, adapter], advice: [] } },
        heard: [
          { id: 'millbrook', signalDbm: -54, channel: 6, secured: true, stations: 2 },
          { id: 'weirside', signalDbm: -71, channel: 11, secured: true, stations: 1 },
          { id: 'test', signalDbm: -83, channel: 1, secured: false, stations: 1 },
        ],
      };
    if (name === 'wrong')
      return {
        ...empty,
        at,
        state: 'fresh',
        saidAt,
        country: 'DE',
        links: others.map(({ id, name: called }) => ({ node: id, name: called, kind: 'cable', interface: 'eth0', multiHop: false, speedMbit: 1000 })),
        interfaces: [
          { name: 'eth0', use: 'wired', up: true, carrier: true, speedMbit: 1000, bytesIn: 8e8, bytesOut: 3e8 },
          { name: 'ap0', use: 'access point', up: true, carrier: true, ssid: 'EnergyMesh Mill Lane', channel: 1 },
          { name: 'wlan1', use: 'station', up: false, carrier: false },
        ],
        check: {
          radios: [
            builtIn,
            {
              interface: 'wlan1',
              driver: 'mt7925u',
              canMesh: false,
              canAccessPoint: true,
              words: 'wlan1 is an MT7925U adapter (WiFi 7): it can be an access point, but cannot mesh. Newer, but its driver has no mesh.',
            },
          ],
          advice,
          adviceSaid: advice.map((text) => saidOf(text) ?? null),
        },
      };
    const signal = (i: number) => -52 - ((i * 7) % 31);
    const peerAt = (i: number) => ({
      mac: mac(i),
      interface: 'mesh0',
      signalDbm: signal(i),
      sentMbit: 130 - i * 19,
      receivedMbit: 104 - i * 11,
      expectedMbit: 62 - i * 9.4,
      bytesIn: 4e7,
      bytesOut: 2e7,
      connectedMs: 7_200_000,
      wayQuality: 0.97 - i * 0.11,
      alive: true,
      lastSeen: saidAt - 400 - i * 90,
    });
    const last = others.length - 1;
    return {
      ...empty,
      at,
      state: name === 'stale' ? 'stale' : 'fresh',
      saidAt,
      country: 'DE',
      links: others.map(({ id, name: called }, i) =>
        i === last && last > 1
          ? { node: id, name: called, kind: 'hops', interface: 'bat0', multiHop: true, wayQuality: 0.41, nextHop: mac(0), lastSeen: saidAt - 800 }
          : i === last - 1 && last > 2
            ? { node: id, name: called, kind: 'tunnel', interface: 'wg-mesh', multiHop: false, handshakeAt: saidAt - 41_000 }
            : {
                node: id,
                name: called,
                kind: 'radio',
                interface: 'mesh0',
                multiHop: false,
                wayQuality: peerAt(i).wayQuality,
                peer: { ...peerAt(i), node: id, name: called },
              },
      ),
      peers: [
        ...others.slice(0, Math.max(1, last - 1)).map(({ id, name: called }, i) => ({ ...peerAt(i), node: id, name: called })),
        { mac: mac(40), interface: 'mesh0', signalDbm: -84, alive: true, lastSeen: saidAt - 700 },
        { mac: mac(41), interface: 'mesh0', signalDbm: -79, alive: false },
      ],
      interfaces: [
        { name: 'mesh0', use: 'mesh', up: true, carrier: true, ssid: 'millbrook', channel: 6, transmitDbm: 20 },
        { name: 'ap0', use: 'access point', up: true, carrier: true, ssid: 'EnergyMesh Mill Lane', channel: 1 },
        { name: 'bat0', use: 'batman', up: true, carrier: true },
        { name: 'wg-mesh', use: 'wireguard', up: true, carrier: true },
        { name: 'eth0', use: 'wired', up: true, carrier: false },
      ],
      clients: [
        { mac: '24:0a:c4:00:11:22', interface: 'ap0', signalDbm: -48, key: 'WPA2', expectedMbit: 31 },
        { mac: '24:0a:c4:00:11:23', interface: 'ap0', signalDbm: -66, key: 'WPA2', expectedMbit: 18 },
      ],
      reached: [0, 1, 2, 7].map((i) => ({ mac: mac(i), nextHop: mac(i < 3 ? i : 0), wayQuality: 0.97 - i * 0.1, alive: true, lastSeen: saidAt - 500 })),
      gateways: [{ mac: mac(1), nextHop: mac(1), best: true, downKbit: 20_000, upKbit: 5000, wayQuality: 0.86 }],
      tunnels: [{ interface: 'wg-mesh', endpoint: '203.0.113.9:51820', handshakeAt: saidAt - 41_000, bytesIn: 9e6, bytesOut: 4e6 }],
      forwarded: { frames: 48_211, bytes: 11_400_000, dropped: 12, managementBytes: 3_100_000 },
      check: {
        radios: [builtIn, adapter],
        advice: [],
      },
    };
  };
}

import { bandwidth, number, percent, plural } from '../format.ts';

const of = (part: number, all: number, one: string, other: string) =>
  part === all ? `All ${plural(all, one, other)}` : `${number(part)} of ${plural(all, one, other)}`;

/** A signal is below zero by nature: a real minus, with its unit. */
const dbm = (value: number) => `${value < 0 ? '\u2212' : ''}${number(Math.abs(Math.round(value)))} dBm`;

export const radioStrings = {
  radio: {
    /** What a radio can do, as the node says it. */
    one: (words: string, _on: string, _driver: string | undefined, _canMesh: boolean, _canAccessPoint: boolean): string => words,
    title: 'Radio',
    label: 'What carries your links',
    asking: 'Asking what carries the links.',
    none: 'This machine has no mesh radio: links run over Ethernet.',
    noneNext: 'A node with a radio shows here how well it hears each neighbour, beneath what it relays.',
    unreadable: 'What the radios say cannot be read.',
    /** How many links run by radio. */
    links: (byRadio: number, all: number) =>
      all === 0 ? 'No link yet.' : byRadio === 0 ? 'No link runs by radio.' : `${of(byRadio, all, 'link runs', 'links run')} by radio.`,
    hears: (count: number) => (count === 0 ? 'The radio hears nobody.' : `The radio hears ${plural(count, 'node', 'nodes')}.`),
    noMesh: 'No radio here can mesh: links run over Ethernet.',
    stale: (age: string) => ({
      what: `The radios were last read ${age}.`,
      next: 'What follows is of then. Their reader has stopped; it starts again with the machine.',
    }),
    country: (code: string) => `Country ${code}`,
    advice: 'What to do',
    yours: 'Your links, and what carries them',
    heard: 'Heard, but not linked',
    heardNext: 'Radios in reach that are no neighbour: another node’s links serve better, or they are not of your community.',
    interfaces: 'Interfaces',
    clients: 'On your access point',
    noClients: 'Nobody now.',
    reached: 'Reached by radio alone',
    reachedNext: 'Without the relay: this way runs what neither you nor your neighbours count as packets.',
    gateways: 'Ways out by radio alone',
    tunnels: 'Tunnels',
    forwarded: 'Passed on by the radio itself',
    forwardedNext: 'Since it came up. None of this is among the packets that your node relayed.',
    frames: 'Frames',
    size: 'Size',
    dropped: 'Dropped',
    management: 'Its own talk',
    check: 'What each radio can do',
    problems: 'Not read',
    beneath: 'What carries it',
    kinds: { radio: 'Radio', hops: 'Several radio hops', tunnel: 'Tunnel', cable: 'Cable', other: 'This machine' },
    on: (kind: string, name: string | undefined) => (name ? `${kind}, ${name}` : kind),
    signal: 'Signal',
    rate: 'Gets through',
    sent: 'Mbit/s out / in',
    way: 'Radio way',
    lastHeard: 'Last heard',
    speed: 'Speed',
    handshake: 'Last key exchange',
    firstHop: 'First radio',
    dbm,
    mbit: (value: number) => bandwidth(value * 1e6),
    rates: (sent: number | undefined, received: number | undefined) =>
      [sent, received].map((rate) => (rate === undefined ? '?' : number(Math.round(rate)))).join(' / '),
    wayShare: (share: number) => percent(share),
    wayOf: (share: number) => `way ${percent(share)}`,
    gone: 'gone',
    noAnswer: 'the radio does not know it now',
    uses: { mesh: 'mesh', 'access point': 'access point', station: 'Wi-Fi', batman: 'radio ways', wireguard: 'tunnel', wired: 'cable' },
    channel: (channel: number) => `channel ${number(channel)}`,
    up: 'up',
    down: 'down',
    through: (mac: string) => `through ${mac}`,
    straight: 'straight',
    offers: (down: number, up: number) => `${bandwidth(down * 1000)} down, ${bandwidth(up * 1000)} up`,
    inUse: 'in use',
    keys: { SAE: 'WPA3', WPA2: 'WPA2' },
    never: 'none yet',
    band: { radio: 'wide: by radio', hops: 'dotted: several radio hops' },
  },
} as const;

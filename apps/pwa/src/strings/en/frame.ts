import { lasting, number, percent, plural } from '../format.ts';

export const frameStrings = {
  app: 'EnergyMesh',

  notKnown: 'Not known',

  you: 'You',

  youWithin: 'you',

  skip: 'Skip to the content',

  languageFailed: 'Not changed: this browser keeps nothing for this page.',

  nav: {
    main: 'Main',
    home: 'Home',
    mesh: 'Mesh',
    traffic: 'Traffic',
    earnings: 'Earnings',
    settings: 'Settings',
    nearby: 'Nodes on this network',
    noNearby: 'None seen yet',
    address: 'This page',
  },

  titles: {
    home: 'Home',
    mesh: 'Mesh',
    traffic: 'Traffic',
    earnings: 'Earnings',
    settings: 'Settings',
    login: 'Log in',
    setup: 'Set up',
    nodes: 'Your nodes',
    pair: 'Add a node',
  },

  link: {
    live: (clock: string) => clock,
    liveLabel: 'live',
    asking: 'asking',
    saved: (clock: string) => `saved ${clock}`,
    notYet: 'no answer yet',
  },

  band: {
    unreachable: (name: string, since: string) => `No answer from ${name} for ${since}`,
    unreachableNext:
      'It may be off, unplugged, starting anew, or your phone may have left its network. Check its power light and your Wi-Fi. Below is what it said last; this page keeps asking.',
    neverHeard: 'No answer from this node',
    neverHeardNext: 'It may be off, starting, or on another network. Check its power light and your Wi-Fi. This page keeps asking.',
    offline: 'Your phone is offline',
    offlineNext: (name: string) => `${name} is probably fine. Join its network again to see it. Below is what it said last.`,
    old: (name: string, age: string) => `What ${name} tells is ${age} old`,
    oldNext: 'It answers, but its figures have stopped. Restart the agent on it if this lasts longer than a few minutes.',
    forged: 'An answer did not come from your node',
    forgedNext: 'Somebody on this network may stand in between. Nothing of it is shown. Check the address and the network, then load the page again.',
    tryAgain: 'Try again',
    whatToCheck: 'What to check',
    checks: [
      'Its power light is on.',
      'Your phone is on the same network as the node.',
      'The address of this page is still its own: a router may have given it another one.',
      'It has had two minutes since it was last plugged in.',
    ],
  },

  say: {
    asking: (name: string | undefined) => (name ? `Asking ${name} how it is.` : 'Asking this node how it is.'),
    onlineFor: (ms: number) => `Online for ${lasting(ms)}.`,
    neighbours: (count: number) => (count === 0 ? 'No neighbour yet.' : `${plural(count, 'neighbour', 'neighbours')}.`),
    packetsToday: (count: number) => ({ figure: number(count), rest: count === 1 ? ' packet today.' : ' packets today.' }),
    asOf: (clock: string) => `As of ${clock}:`,
    neighboursThen: (count: number) => `${plural(count, 'neighbour', 'neighbours')},`,
    alone: ['Your node is well,', 'but hears nobody yet.'],
    aloneLede: (community: string, ms: number | undefined) =>
      `Listening for ${community || 'a community'}${ms === undefined ? '' : ` for ${lasting(ms)}`}. It keeps trying by itself.`,
    noGateway: (neighbours: number) => [`${plural(neighbours, 'neighbour', 'neighbours')},`, 'but no gateway.'],
    noGatewayLede: (waiting: number, ms: number | undefined) =>
      `${ms === undefined ? 'No gateway can be reached.' : `No gateway has been reached for ${lasting(ms)}.`} ${kept(waiting)} It looks for another way by itself.`,
    backendCut: ['This gateway', 'cannot reach the backend.'],
    backendCutLede: (waiting: number, ms: number, url: string | undefined) =>
      `No answer${url ? ` from ${url}` : ''} for ${lasting(ms)}. ${kept(waiting)} Check this gateway’s own way to the internet.`,
  },

  answers: {
    label: 'In short',
    well: 'Well?',
    carrying: 'Carrying?',
    way: 'Way out?',
    yes: 'Yes',
    ready: 'Ready',
    keeping: 'Keeping packets',
    needsYou: 'Needs you',
    gateway: 'A gateway itself',
    none: 'None',
    when: (clock: string) => `at ${clock}`,
    lastHeard: (answer: string, detail: string) => `${answer} when last heard${detail ? `: ${detail}` : ''}`,
    nothingYet: 'Nothing carried yet today',
    perMinute: (count: number) => `${number(count)} a minute now`,
    quietNow: 'quiet this minute',
    waiting: (count: number, oldest: string | undefined) => (count === 0 ? 'nothing waiting' : `${number(count)} waiting${oldest ? `, oldest ${oldest}` : ''}`),
    today: (count: number) => `${plural(count, 'packet', 'packets')}`,
    hops: (count: number, cost: string) => `${plural(count, 'hop', 'hops')}, ${cost}`,
    backendSince: (span: string) => `connected to the backend for ${span}`,
    backendConnecting: 'connecting to the backend',
    backendLost: (span: string) => `no answer from the backend for ${span}`,
    noneNext: 'Packets are kept here until a gateway is back',
    temperature: (value: number) => `${number(value)} °C`,
    disk: (share: number) => `disk ${percent(share)} full`,
    clock: { true: 'clock trusted', false: 'clock not set yet' },
  },

  /** Home's third answer. */
  earned: {
    unit: 'XLM',
    playUnit: 'test XLM',
    question: 'Earned?',
    today: (amount: string, unit: string) => `${amount} ${unit} today`,
    nothing: 'Nothing yet today',
    balance: (amount: string) => `Balance ${amount}`,
    paid: (amount: string) => `Paid this month ${amount}`,
    clock: 'Waits for the clock',
    clockNext: 'Hours count once this node knows the time',
    noWallet: 'No wallet yet. Rewards wait for one',
    asked: 'Being registered with the contract',
  },

  problems: {
    'no-neighbour': 'Hears no neighbour. Move it to a window, or check the antenna.',
    'no-gateway': 'No gateway can be reached. Packets are kept until one is.',
    'no-backend': 'The backend does not answer. Check the way to the internet.',
    'spool-full': 'The room for kept packets is full. Devices wait until the way out is back.',
    'disk-full': 'The disk is full. Free some room, or put in a larger card.',
    'clock-untrusted': 'The clock is not set yet. It sets itself once the network answers.',
    'certificate-stale': 'Its certificate has run out. Connect it to the community so that it can renew.',
    'not-enrolled': 'Not a member of a community yet. Enrol it with an invite.',
  },

  broken: {
    say: 'This page stumbled over a mistake of its own.',
    next: 'The node is not affected. Load the page again; if it happens again, tell the community what was on the screen.',
    again: 'Load again',
    unfetched: {
      say: 'A part of this page could not be fetched.',
      next: 'The node went silent just now, or was updated. Load the page again once it answers; other pages may still open.',
    },
  },

  notFound: {
    say: 'There is no such page.',
    why: 'The address may be mistyped, or of an older version of this node. The node itself is not affected.',
    next: 'Go to Home',
  },

  /** How well one end of a link hears the other. */
  quality: { strong: 'strong', good: 'good', weak: 'weak', poor: 'poor', none: 'not heard' },
} as const;

function kept(waiting: number): string {
  return waiting === 0 ? 'Nothing is waiting here.' : `${plural(waiting, 'packet is', 'packets are')} kept here, none lost.`;
}

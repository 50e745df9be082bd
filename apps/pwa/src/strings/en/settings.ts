import { plural } from '../format.ts';

/** The list, and what the pages behind it share. The words of each page are in a file of its own. */
export const settingsStrings = {
  settings: {
    say: (name: string) => `How ${name} is set up.`,
    lede: 'A change of the network undoes itself unless you confirm it.',
    back: 'Settings',
    groups: { network: 'Network', devices: 'Devices', people: 'People', node: 'This node' },
    /** By the last part of their address: each has a page under /settings. */
    parts: {
      mesh: 'Mesh Wi-Fi',
      'access-point': 'Access point',
      internet: 'Way to the internet',
      tunnels: 'Tunnels',
      change: 'Change of the network',
      devices: 'Devices',
      people: 'People and invites',
      sessions: 'Who is logged in',
      phones: 'Phones',
      programs: 'Other programs',
      backend: 'Backend',
      updates: 'Updates',
      advanced: 'Advanced',
      reset: 'Factory reset',
    },
    waits: 'A change waits for your word',
    waitsNext: (seconds: number) => `The old settings come back in ${plural(seconds, 'second', 'seconds')}.`,
    applying: 'The network is being changed',
    applyingNext: 'See how it goes.',
    values: {
      off: 'off',
      none: 'none',
      ethernet: 'by cable',
      neighbours: 'by its neighbours',
      byHand: 'set up by hand',
      tunnels: (count: number) => plural(count, 'tunnel', 'tunnels'),
      devices: (connected: number, known: number) => `${connected} of ${known} connected`,
      backend: { connected: 'connected', connecting: 'connecting', unreachable: 'no answer', 'not-a-gateway': 'by its neighbours' },
    },
  },
} as const;

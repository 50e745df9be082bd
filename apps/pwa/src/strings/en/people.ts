import { plural } from '../format.ts';

export const peopleStrings = {
  people: {
    say: {
      asking: 'Asking the hub who wants to join.',
      none: 'Nobody waits to join.',
      waiting: (count: number) => `${plural(count, 'node asks', 'nodes ask')} to join.`,
      noMember: 'Join a community first.',
      noMemberLede: 'Then you let others in from here, by an invite or by your word.',
      toSetup: 'Go on with the setup',
      lede: 'Any member of the community lets neighbours in: by an invite, or by approving a node that asks.',
    },

    trouble: 'The hub could not be asked.',
    troubleThen: (age: string) => `Below is what it said ${age}.`,
    again: 'Try again',
    failed: 'That did not work.',
    silent: 'No answer from the node just now. It may have been done all the same; look below in a moment.',

    requests: {
      title: 'Asking to join',
      none: 'A node without an invite shows up here when its operator chooses “Ask to join”.',
      asked: (age: string) => `Asked ${age}`,
      compare: 'Compare this code with the one on its screen. Let it in only if they are the same.',
      approve: 'Same code, let it in',
      refuse: 'Refuse',
      refuseSay: (name: string) => `Refuse ${name}?`,
      refuseOnce: 'Refuse for now',
      refuseOnceNext: 'It may ask again tomorrow.',
      refuseForGood: 'Refuse for good',
      cancel: 'Back',
      gateway: 'It may be a gateway',
      gatewayNext: 'Gateways reach the backend themselves, and learn how to.',
    },

    invite: {
      title: 'Invite a neighbour',
      uses: 'For how many nodes',
      usesOf: (uses: number) => (uses === 1 ? 'One' : `Up to ${uses}`),
      lasts: 'Counts for',
      days: (days: number) => plural(days, 'day', 'days'),
      role: 'What it will be',
      roles: { relay: 'Node', gateway: 'Gateway' },
      make: 'Make an invite',
      full: (max: number) => `${max} invites are open. Withdraw one below to make another.`,
    },

    made: {
      title: 'Your invite',
      lede: (community: string, uses: number, until: string) => `It lets ${plural(uses, 'node', 'nodes')} into ${community}, until ${until}.`,
      once: 'It is shown only now. Whoever has it can come in: show it, or send it to one person.',
      qr: 'The invite as a QR code',
      photo: 'In the wizard of the new node: “Take a photo of the invite”.',
      copy: 'Copy the text',
      save: 'Save as a file',
      saveNext: 'Put energymesh-invite.txt on the boot partition of an SD card and the node joins without any screen.',
      done: 'Done',
      close: 'Close',
    },

    open: {
      title: 'Open invites',
      none: 'None. An invite that is used up or has ended is not listed.',
      left: (uses: number, max: number) => (max === 1 ? 'For one node' : `${max - uses} of ${max} left`),
      gateway: 'as gateway',
      until: (until: string) => `Until ${until}`,
      withdraw: 'Withdraw',
      sure: 'Withdraw it now',
    },

    nodes: {
      title: 'Nodes of the community',
      gateway: 'gateway',
      since: (day: string) => `since ${day}`,
      here: 'this node',
      out: (day: string) => `put out on ${day}`,
      putOut: 'Put out',
      sure: 'Put out for good',
      sureNext: 'No node links with it any more, and it cannot come back with this key.',
      leave: 'Leave it in',
    },

    keys: {
      title: 'The keys of the community',
      here: (name: string, members: number, max: number) =>
        `${name} was made on this node, which keeps its keys: ${plural(members, 'node', 'nodes')} of at most ${max}. Leave it on, and keep a copy of the keys.`,
      moved: (hub: string) =>
        `The hub at ${hub} lets others in now. Nodes that still ask here are sent there. Keep this node on until each has asked, for two weeks.`,
      address: 'Others ask at',
      backup: 'Save a copy of the keys',
      backupNext: 'A file that opens with its passphrase alone. With it a hub is made that takes over from this node.',
      passphrase: 'Passphrase for the copy',
      again: 'Once more',
      save: 'Save the file',
      short: (min: number) => `Write at least ${min} characters. Without the passphrase nobody can open the file.`,
      differ: 'The two are not the same.',
      saved: 'Saved. Keep the file and the passphrase apart from this node.',
      move: 'Let a hub take over',
      moveNext: 'Make the hub from the copy first (energymesh-hub import-community), then write its address here.',
      hub: 'Address of the hub',
      moveIt: 'It takes over now',
    },

    decided: {
      title: 'Lately',
      approved: (name: string, by: string) => `${name} was let in by ${by}`,
      refused: (name: string, by: string, forGood: boolean) => `${name} was refused ${forGood ? 'for good ' : ''}by ${by}`,
    },
  },
} as const;

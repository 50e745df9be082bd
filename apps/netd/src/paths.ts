/** Where the helper keeps what. docs/network.md */
export const paths = {
  /** 0700, root's: journal, generations, keys. */
  store: '/var/lib/energymesh-netd',
  journal: '/var/lib/energymesh-netd/journal.json',
  generations: '/var/lib/energymesh-netd/generations',
  keys: '/var/lib/energymesh-netd/keys',
  names: '/var/lib/energymesh-netd/names.json',
  /** A symbolic link to the generation in force: the one switch. */
  network: '/etc/energymesh/network',
  /** Taken over at the first boot, when nothing was ever confirmed. */
  initial: '/etc/energymesh/network-initial.json',
  /** Uptime in whole seconds; what the timer's shell script compares before it starts anything. */
  deadline: '/run/energymesh-netd/deadline',
  runtime: '/run/energymesh-netd',
  quarantine: '/run/energymesh-netd/quarantine',
} as const;

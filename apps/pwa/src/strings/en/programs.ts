/** Settings, other programs. */
export const programsStrings = {
  programs: {
    say: 'What other programs read of this node.',
    lede: 'Home Assistant, Grafana, a script: each gets a token and reads what these pages show. None can change anything.',
    name: 'Which program',
    nameHint: 'Its name, for this list: Home Assistant',
    make: 'Make a token',
    title: 'Programs with a token',
    none: 'No program has one yet.',
    made: (when: string) => `made ${when}`,
    used: (when: string) => `last used ${when}`,
    unused: 'never used',
    revoke: 'Revoke',
    sure: 'Yes, revoke',
    fresh: {
      title: (name: string) => `Token for ${name}`,
      lede: 'Copy it into the program now: it is not shown again. If it gets lost, revoke it and make another.',
      token: 'Token',
      copy: 'Copy the token',
      example: 'Try it',
      copyExample: 'Copy the command',
      close: 'Close',
    },
    plain: 'Whoever can listen on your network could read the token on its way, and then read what these pages show.',
  },
} as const;

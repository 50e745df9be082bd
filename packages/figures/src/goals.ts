/**
 * Every goal that a figure is held to, in one place. `atMost` and `atLeast` are in the figure's own unit.
 * docs/figures.md explains each; a figure without an entry here has no goal.
 */
export type Goal = { readonly atMost: number } | { readonly atLeast: number };

export const goals: Readonly<Record<string, Goal>> = {
  'sim.deliveredRatio': { atLeast: 1 },
  'sim.lost': { atMost: 0 },
  'sim.duplicates': { atMost: 0 },
  'sim.loops': { atMost: 0 },
  'sim.healMsP50': { atMost: 1000 },
  'sim.healMsP99': { atMost: 3000 },
  'sim.killed.healMsP99': { atMost: 1000 },
  'sim.silent.healMsP99': { atMost: 3000 },
  'sim.controlBytesPerNodePerSecond': { atMost: 4096 },
  'sim.changesControlBytesPerNodePerSecond': { atMost: 4096 },
  'sim.quietControlBytesPerNodePerSecond': { atMost: 1536 },
  'sim.wallMs': { atMost: 10_000 },
  'e2e.threeHops.lost': { atMost: 0 },
  'e2e.threeHops.latencyMsP50': { atMost: 200 },
  'e2e.threeHops.latencyMsP99': { atMost: 200 },
  'e2e.heal.killedRelayMs': { atMost: 30_000 },
  'e2e.heal.frozenRelayMs': { atMost: 30_000 },
  'e2e.heal.blackholeMs': { atMost: 30_000 },
  'e2e.screen.pathWithoutDeadRelayMs': { atMost: 30_000 },
  'e2e.screen.messageMsP50': { atMost: 200 },
  'e2e.end.interruptTwiceMs': { atMost: 5000 },
  'e2e.end.terminateLeaderMs': { atMost: 5000 },
  'e2e.end.terminateLauncherMs': { atMost: 5000 },
  'pwa.firstLoadKB': { atMost: 170 },
};

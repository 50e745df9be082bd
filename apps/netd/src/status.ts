import { type NetworkOutcome, type NetworkState, type NetworkStatus, parseStatus, statusPath, withoutSecrets } from '@energymesh/network';
import type { Disk } from './disk.ts';

export interface Told {
  readonly phase: NetworkStatus['phase'];
  readonly uptimeSeconds: number;
  readonly waiting?: NetworkStatus['waiting'];
  readonly state: NetworkState | undefined;
  readonly wireguard: NetworkStatus['wireguard'];
}

const recentMax = 8;

/** What the agent reads: in memory, since it says nothing that has to outlive a boot, and nothing secret. */
export function tell(disk: Disk, { state, waiting, ...told }: Told, outcome?: NetworkOutcome): NetworkStatus {
  const before = parseStatus(disk.read(statusPath) ?? '')?.recent ?? [];
  const status: NetworkStatus = {
    version: 1,
    ...told,
    ...(waiting && { waiting }),
    ...(state && { state: withoutSecrets(state) }),
    recent: (outcome ? [outcome, ...before] : before).slice(0, recentMax),
  };
  disk.makeFolder('/run/energymesh', 0o755);
  disk.write(statusPath, `${JSON.stringify(status)}\n`, 0o644);
  return status;
}

import { accessPointScenario } from './access-point.ts';
import { captures } from './captures.ts';
import { commitConfirm } from './commit-confirm.ts';
import { diamond } from './diamond.ts';
import { fallback } from './fallback.ts';
import { firewall } from './firewall.ts';
import { foreign } from './foreign.ts';
import { gateway } from './gateway.ts';
import { join } from './join.ts';
import { line } from './line.ts';
import { partition } from './partition.ts';
import { roundTrip } from './round-trip.ts';
import type { Scenario } from './scenario.ts';
import { wifiUplink } from './wifi-uplink.ts';
import { wireguard } from './wireguard.ts';
import { wrongPassword } from './wrong-password.ts';

/** In the order in which they run. */
export const scenarios: readonly Scenario[] = [
  line,
  diamond,
  wrongPassword,
  foreign,
  join,
  partition,
  fallback,
  captures,
  firewall,
  wireguard,
  accessPointScenario,
  commitConfirm,
  gateway,
  wifiUplink,
  roundTrip,
];

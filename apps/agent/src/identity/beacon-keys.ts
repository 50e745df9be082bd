import type { Enrolment } from './enrolment.ts';

/** How long beacons under a key that was replaced are believed: so that a node that was away meanwhile is found, and learns the new one. docs/protocol.md §2.6 */
const formerKeyMs = 7 * 86_400_000;
/** Rotations within that time beyond these: the oldest key goes. */
const formerKeysMax = 4;

/** The enrolment with a newer key; the same one when it is not newer. `since`: when the key was made. Times are milliseconds since 1970. */
export function withBeaconKey(enrolment: Enrolment, next: { readonly key: Uint8Array; readonly epoch: number; readonly since: number }): Enrolment {
  if (next.epoch <= enrolment.beaconEpoch) return enrolment;
  const former = [{ key: enrolment.beaconKey, until: next.since + formerKeyMs }, ...enrolment.formerBeaconKeys].slice(0, formerKeysMax);
  return { ...enrolment, beaconKey: next.key, beaconEpoch: next.epoch, formerBeaconKeys: former };
}

/** The key of own beacons, then those that are believed too. */
export const beaconKeysOf = (enrolment: Enrolment, now: number): readonly Uint8Array[] => [
  enrolment.beaconKey,
  ...enrolment.formerBeaconKeys.filter(({ until }) => now < until).map(({ key }) => key),
];

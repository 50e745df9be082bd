import { epochsKept } from '../reward/epoch.ts';

/** Epochs with one and the same node alone until it is a device's home. */
export const settlingEpochs = 24;
/** Of a device's packets are kept, for its usual rate: of so many epochs. */
export const homeEpochs = 24;
/** Epochs in a row that a home brings nothing and the same guest does, until the guest is the home. */
export const movingEpochs = epochsKept;

/** Where a device belongs, by what arrived of it: docs/proofs.md §7.6. */
export interface Home {
  readonly node: string;
  /** Packets of the device that counted for its home, per epoch in which they did, the newest last. */
  readonly hours: readonly number[];
  /** By people, not by what arrived. */
  readonly named?: true;
  /** Of a home that took the place of another: no more than the device used to send there. */
  readonly atMost?: number;
  readonly guest?: { readonly node: string; readonly epochs: number };
}

export interface HomeVerdict {
  readonly home: Home | undefined;
  /** The one node whose packets of the device count, and how many of them, the first by incarnation, class and sequence. */
  readonly counts?: { readonly node: string; readonly atMost: number };
  /** More than one node brought it. */
  readonly disputed: boolean;
}

export const isSettled = ({ named, hours }: Home): boolean => named === true || hours.length >= settlingEpochs;

/** What a device sends in an epoch when nothing special happens: the upper median. */
export const usualOf = ({ hours }: Home): number => [...hours].sort((a, b) => a - b)[hours.length >> 1] ?? 0;

/** How many of a device's packets count when its home brings them. */
export const homeLimit = ({ atMost }: Home, quota: number): number => Math.min(quota, atMost ?? quota);

/**
 * Whose packets of a device count in an epoch, and where it belongs after that. `brought`: packets per origin; what is said of a device by others than its home can
 * be invented, as nobody but its node vouches for it. docs/proofs.md §7.6
 */
export function judgeHome(home: Home | undefined, brought: ReadonlyMap<string, number>, quota: number): HomeVerdict {
  const nodes = [...brought].flatMap(([node, packets]) => (packets > 0 ? [node] : []));
  const [only] = nodes;
  if (only === undefined) return { home, disputed: false };
  if (!home || !isSettled(home)) return nodes.length > 1 ? { home, disputed: true } : settling(home, only, brought.get(only)!, quota);
  const { guest: before, ...rest } = home;
  if (nodes.includes(home.node)) {
    const atMost = homeLimit(home, quota);
    const hours = [...home.hours, Math.min(brought.get(home.node)!, atMost)].slice(-homeEpochs);
    return { home: { ...rest, hours }, counts: { node: home.node, atMost }, disputed: nodes.length > 1 };
  }
  if (nodes.length > 1) return { home, disputed: true };
  const atMost = Math.min(quota, usualOf(home));
  const guest = { node: only, epochs: (before?.node === only ? before.epochs : 0) + 1 };
  const moved = guest.epochs >= movingEpochs;
  return { home: moved ? { node: only, hours: home.hours, atMost: usualOf(home) } : { ...rest, guest }, counts: { node: only, atMost }, disputed: false };
}

/** Nobody knows better yet: whoever is alone is believed. */
function settling(home: Home | undefined, node: string, packets: number, quota: number): HomeVerdict {
  const hours = home?.node === node ? home.hours : [];
  return { home: { node, hours: [...hours, Math.min(packets, quota)] }, counts: { node, atMost: quota }, disputed: false };
}

import { type EntryRange, Incarnation, type Leaf, pagesOf, settlingEpochs } from '@energymesh/protocol';
import type { Arrival } from './hub.ts';
import type { Key } from './keys.ts';
import { receiptsOf } from './receipts.ts';
import { inventedClass, meter, metersOf, packetsOf, perMeter, type Scene, type ToldHour } from './scene.ts';
import { doubled, Plain, padded } from './trees.ts';

/** One way to lie, kept up in every hour. */
export interface Strategy {
  /** As figures have it. */
  readonly name: string;
  readonly about: string;
  /** Needs another node that lies as well, or somebody who enrols devices. */
  readonly helped?: true;
  /** Where the ledger draws because the hub is silent: results thrown away before somebody else calls. */
  readonly tries?: number;
  hour(scene: Scene, epoch: number): ToldHour;
}

const own = packetsOf('liar');
const others = packetsOf('partner');
/** In receipts beside the honest ones. */
const packetsEach = 240;

/** The honest hour, and receipts beside it. `by`: who really signs; `next`: whose name stands in them. */
function beside(
  scene: Scene,
  epoch: number,
  { ranges, next, by = next }: { ranges: readonly EntryRange[]; next: Key; by?: Key },
  sent?: readonly Arrival[],
): ToldHour {
  const real = scene.receipts('liar', epoch);
  const seq = 1 + (next === scene.gateway ? real.length : 0);
  const more = receiptsOf({ epoch, relay: scene.keys.liar, next, by, ranges, each: packetsEach, seq });
  const carried = [...scene.honest('liar', epoch).carried, { next: next.hex, pages: pagesOf(ranges) }];
  return { tree: new Plain([...real, ...more]), carried, ...(sent && { sent }) };
}

const plain = (scene: Scene, epoch: number): Plain => new Plain(scene.receipts('liar', epoch));

/** A sum greater than the receipts'. */
const padding = (name: string, about: string, extra: (scene: Scene) => number, tries?: number): Strategy => ({
  ...{ name, about },
  ...(tries !== undefined && { tries }),
  hour: (scene, epoch) => ({ tree: padded(plain(scene, epoch), extra(scene)), carried: scene.honest('liar', epoch).carried }),
});
/** So many fakes that they are this share of the sum. */
const fakes = (share: number): number => Math.round((own * share) / (1 - share));

/** Packets that devices send, or that are sent in their names, and that do arrive. */
function sending(scene: Scene, epoch: number, devices: readonly string[], each: number, enrolled: boolean): ToldHour {
  const { first, ...of } = scene.entries('liar', epoch, devices.length * each, inventedClass);
  const sent = devices.map((device, i) => ({ device, enrolled, range: { ...of, first: first + i * each, count: each } }));
  return beside(scene, epoch, { ranges: sent.map(({ range }) => range), next: scene.gateway }, sent);
}
const names = (count: number, prefix: string): string[] => Array.from({ length: count }, (_, i) => `${prefix}-${i}`);
const quota = 3600;

export const honest: Strategy = { name: 'honest', about: 'lies about nothing', hour: (scene, epoch) => scene.honest('liar', epoch) };

export const strategies: readonly Strategy[] = [
  {
    name: 'inventedDevices',
    about: '50 devices that nobody enrolled, each sending every ten seconds',
    hour: (scene, epoch) => sending(scene, epoch, names(50, 'invented'), perMeter, false),
  },
  padding('padded1', 'a count 1 % of which is fake', () => fakes(0.01)),
  padding('padded10', 'a count 10 % of which is fake', () => fakes(0.1)),
  padding('paddedToCap', 'a count of 360,000, the most that a node is paid for', () => 360_000 - own),
  {
    name: 'selfSigned',
    about: 'as many invented packets as real ones, in receipts signed by itself in its own name',
    hour: (scene, epoch) => beside(scene, epoch, { ranges: [scene.entries('liar', epoch, own, inventedClass)], next: scene.keys.liar }),
  },
  {
    name: 'unknownSigner',
    about: 'the same, signed by a key that is not registered',
    hour: (scene, epoch) => beside(scene, epoch, { ranges: [scene.entries('liar', epoch, own, inventedClass)], next: scene.stranger }),
  },
  {
    name: 'forgedSignature',
    about: "the same, in a neighbour's name, signed by itself",
    hour: (scene, epoch) => beside(scene, epoch, { ranges: [scene.entries('liar', epoch, own, inventedClass)], next: scene.keys.partner, by: scene.keys.liar }),
  },
  {
    name: 'replayed',
    about: 'the receipts of the hour before once more',
    hour: (scene, epoch) => {
      const before = epoch === 0 ? [] : renumbered(scene.receipts('liar', epoch - 1), scene.receipts('liar', epoch).length);
      const pages = pagesOf([scene.carried('liar', epoch), ...(epoch === 0 ? [] : [scene.carried('liar', epoch - 1)])]);
      return { tree: new Plain([...scene.receipts('liar', epoch), ...before]), carried: [{ next: scene.gateway.hex, pages }] };
    },
  },
  {
    name: 'doubleListed',
    about: 'every receipt twice',
    hour: (scene, epoch) => {
      const tree = plain(scene, epoch);
      return { tree: doubled(tree, tree.leaves.length), carried: scene.honest('liar', epoch).carried };
    },
  },
  padding('retriedDraw', 'a count a quarter of which is fake; where the ledger draws, 100 draws are thrown away', () => fakes(0.25), 100),
  {
    name: 'claimedOthers5',
    about: "others' packets that did arrive, a twentieth of the sum, with forged receipts",
    hour: (scene, epoch) => claimingOthers(scene, epoch, fakes(0.05)),
  },
  {
    name: 'claimedOthers',
    about: "all of another node's packets, five times its own, with forged receipts",
    hour: (scene, epoch) => claimingOthers(scene, epoch, others),
  },
  {
    name: 'borrowedNames',
    about: 'invented packets in the names of ten devices of others, up to their quota, which do arrive; after a day in which everybody is honest',
    hour: (scene, epoch) => (epoch < settlingEpochs ? scene.honest('liar', epoch) : sending(scene, epoch, othersMeters, quota, true)),
  },
  {
    name: 'borrowedNew',
    about: 'the same from the first hour on, before the hub knows where the devices belong',
    hour: (scene, epoch) => sending(scene, epoch, othersMeters, quota, true),
  },
  {
    name: 'borrowedSilent',
    about: 'the same in the names of ten devices that fell silent after their first day',
    hour: (scene, epoch) =>
      epoch < settlingEpochs
        ? { ...scene.honest('liar', epoch), sent: fallingSilent(scene, epoch) }
        : sending(scene, epoch, names(silent, 'silent'), quota, true),
  },
  {
    name: 'enrolledDevices',
    helped: true,
    about: 'ten devices of its own, which somebody enrolled, sending as much as is paid for',
    hour: (scene, epoch) => sending(scene, epoch, names(10, 'friend'), quota, true),
  },
  {
    name: 'colludedInvented',
    helped: true,
    about: 'invented packets, five times its own, with receipts that its partner signed',
    hour: (scene, epoch) => beside(scene, epoch, { ranges: [scene.entries('liar', epoch, others, inventedClass)], next: scene.keys.partner }),
  },
  {
    name: 'colludedOthers',
    helped: true,
    about: "all of its partner's packets, five times its own, with receipts that the partner signed",
    hour: (scene, epoch) => beside(scene, epoch, { ranges: [scene.carried('partner', epoch)], next: scene.keys.partner }),
  },
];

/** What ten devices at the partner's sent; nobody has receipts for it, so that pay stays what it is. */
const silent = 10;
const fallingSilent = (scene: Scene, epoch: number): Arrival[] =>
  names(silent, 'silent').map((device, i) => ({
    ...{ device, enrolled: true },
    range: { ...scene.entries('partner', epoch, perMeter, 0), incarnation: Incarnation(2 + i) },
  }));
const othersMeters = [...Array.from({ length: metersOf.honest }, (_, i) => meter('honest', i)), ...Array.from({ length: 4 }, (_, i) => meter('partner', i))];

const claimingOthers = (scene: Scene, epoch: number, count: number): ToldHour =>
  beside(scene, epoch, { ranges: [{ ...scene.carried('partner', epoch), count }], next: scene.keys.partner, by: scene.keys.liar });

/** Sequences that are free in this hour's tree, as two leaves of one key would be one. */
const renumbered = (leaves: readonly Leaf[], from: number): Leaf[] => leaves.map((leaf, i) => ({ ...leaf, seq: from + 1 + i }));

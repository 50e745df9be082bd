import { answerEpochs, defaultParams, epochStart, epochsKept, type Params, proofMessage, type Stroops } from '@energymesh/protocol';
import { Contract } from './contract.ts';
import { Hub } from './hub.ts';
import { domain, drawn } from './keys.ts';
import { type Role, roles, type Scene, type ToldHour } from './scene.ts';

/** What stands against liars in a run. `product`: all of it. */
export const settings = {
  product: { counts: true, audits: true, speaks: true },
  unaudited: { counts: true, audits: false, speaks: true },
  uncounted: { counts: false, audits: true, speaks: true },
  unchecked: { counts: false, audits: false, speaks: true },
  silent: { counts: false, audits: true, speaks: false },
} as const;
export type SettingName = keyof typeof settings;
export const settingNames = Object.keys(settings) as readonly SettingName[];

export interface WorldOptions {
  readonly scene: Scene;
  readonly setting: SettingName;
  /** In which there is traffic. */
  readonly epochs: number;
  readonly params?: Partial<Params>;
  /** Of the liar; the others are honest. */
  readonly hour: (epoch: number) => ToldHour;
  /** Results of the ledger's draw that the liar may throw away. */
  readonly tries?: number;
}

export interface Outcome {
  readonly paid: Readonly<Record<Role, Stroops>>;
  /** Hours that were forfeited. */
  readonly caught: Readonly<Record<Role, number>>;
  /** Of any epoch, by all nodes together. */
  readonly mostPaidOfEpoch: Stroops;
}

/** Hours that are neither paid nor lost. */
type Open = Map<number, { tried: boolean; shown: boolean }>;

/** As the hub is configured unless somebody says otherwise (docs/hub.md). */
const challengeRule = { probationBp: 1000, surplusBp: 1000 };

/** Many epochs of one community, and as many more as it takes until every hour is paid or lost. */
export function runWorld({ scene, setting, epochs, params: changed, hour, tries = 0 }: WorldOptions): Outcome {
  const { counts, audits, speaks } = settings[setting];
  const params: Params = { ...defaultParams, ...changed, ...(!audits && { auditBp: 0 }) };
  const end = epochs + 2 * epochsKept + params.revealEpochs + 4;
  let contract: Contract | undefined;
  const hub = new Hub({ seed: scene.seed, params, challenge: challengeRule, until: end + 2, isRegistered: (key) => contract!.isRegistered(key) });
  contract = new Contract(params, hub.key.publicKey, hub.link(0));
  for (const key of [...Object.values(scene.keys), scene.gateway]) contract.register(key.publicKey);
  const told = (role: Role, epoch: number): ToldHour => (role === 'liar' ? hour(epoch) : scene.honest(role, epoch));
  const open = new Map<Role, Open>(roles.map((role) => [role, new Map()]));
  const paid: Record<Role, Stroops> = { honest: 0n, liar: 0n, partner: 0n };

  for (let now = 0; now <= end; now++) {
    contract.now = now;
    if (speaks) {
      if (now > 0 && !contract.publish(hub.link(now))) throw new Error(`the chain broke at epoch ${now}`);
    } else if (now >= epochsKept) draw(contract, scene, now - epochsKept, { tries, hour, epochs });
    const proved = now - 1;
    if (proved >= 0 && proved < epochs) {
      for (const role of roles) {
        prove(contract, hub, scene, {
          role,
          epoch: proved,
          told: told(role, proved),
          owes: owes(contract, scene.keys[role].hex, open.get(role)!),
          counts,
          audits,
          speaks,
        });
        open.get(role)!.set(proved, { tried: false, shown: false });
      }
    }
    for (const role of roles) paid[role] += settle(contract, scene.keys[role].hex, open.get(role)!, (epoch) => told(role, epoch));
    if (now < epochs) hub.arrive(now, [...(told('liar', now).sent ?? []), ...scene.arrivals(now)]);
  }
  const caught = {
    honest: contract.caught(scene.keys.honest.hex),
    liar: contract.caught(scene.keys.liar.hex),
    partner: contract.caught(scene.keys.partner.hex),
  };
  return { paid, caught, mostPaidOfEpoch: contract.mostPaid };
}

interface Proving {
  readonly role: Role;
  readonly epoch: number;
  readonly told: ToldHour;
  readonly owes: boolean;
  readonly counts: boolean;
  readonly audits: boolean;
  readonly speaks: boolean;
}

/** The proof goes to the ledger, and the hub says what it thinks of it. */
function prove(contract: Contract, hub: Hub, scene: Scene, { role, epoch, told, owes, counts, audits, speaks }: Proving): void {
  const key = scene.keys[role];
  const claim = { node: key.publicKey, packetCount: told.tree.packets, timestamp: epochStart(epoch), merkleRoot: told.tree.root };
  const proof = { ...claim, signature: key.sign(proofMessage(domain, claim)) };
  if (!contract.submit(proof)) throw new Error(`the proof of epoch ${epoch} was refused`);
  if (!speaks) return;
  const { said, suspicion } = hub.judge(key, epoch, { proof, carried: told.carried, onProbation: contract.onProbation(key.hex, epoch), owes });
  contract.attest(key.hex, epoch, counts ? said : { ...said, earning: proof.packetCount });
  if (counts && audits && suspicion !== undefined) contract.challenge(key.hex, epoch);
}

/** The hub was silent for a week: somebody calls for a draw. Whoever wraps the call keeps the first result under which its fakes are not seen. */
function draw(contract: Contract, scene: Scene, epoch: number, { tries, hour, epochs }: Pick<WorldOptions, 'hour' | 'epochs'> & { tries: number }): void {
  const key = scene.keys.liar.hex;
  const mine = epoch - 2;
  const value = (n: number): Uint8Array => drawn('draw', scene.seed, epoch, n);
  let n = 0;
  if (mine >= 0 && mine < epochs) {
    const { tree } = hour(mine);
    const seen = (): boolean =>
      contract.faultOf(
        key,
        mine,
        contract.samples(key, mine, value(n))!.map((index) => tree.open(index)),
        value(n),
      ) !== undefined;
    while (n < tries && seen()) n++;
  }
  contract.draw(epoch, value(n));
}

/** Whether the node was asked for an hour long ago, and has not shown it. */
const owes = (contract: Contract, key: string, open: Open): boolean =>
  [...open].some(([epoch, { shown }]) => !shown && (contract.demandedAt(key, epoch) ?? contract.now) + answerEpochs < contract.now);

/** Shows what has to be shown, claims what can be claimed; what was not shown in time is lost. Answers what was paid. */
function settle(contract: Contract, key: string, open: Open, told: (epoch: number) => ToldHour): Stroops {
  let sum = 0n;
  for (const [epoch, hour] of open) {
    if (!contract.isDrawn(key, epoch)) continue;
    // The samples stay the same: who tries again shows the same.
    if (!hour.tried && contract.mustShow(key, epoch)) {
      const { tree } = told(epoch);
      hour.tried = true;
      hour.shown = contract.reveal(
        key,
        epoch,
        contract.samples(key, epoch)!.map((index) => tree.open(index)),
      );
    }
    const amount = contract.claim(key, epoch);
    sum += amount ?? 0n;
    if (amount !== undefined || contract.forfeit(key, epoch)) open.delete(epoch);
  }
  return sum;
}

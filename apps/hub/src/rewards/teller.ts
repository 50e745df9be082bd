import type { Domain } from '@energymesh/protocol';
import { encodeTold, type Told } from '@energymesh/rewards';
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { Database } from '../store/database.ts';
import { toldAsk, untoldAsks } from '../store/rewards/asks.ts';
import { type HourRow, toldHour, untoldHours } from '../store/rewards/hours.ts';
import { allRewardNodes, type RewardNode, toldNode, untoldNodes } from '../store/rewards/nodes.ts';
import { newestParams, paramsAt, valueAt } from '../store/rewards/rule.ts';
import type { Tally } from '../tally.ts';
import { askTold, challengeTold, hourTold } from './telling.ts';
import { sha256 } from './values.ts';

export interface TellerOptions {
  readonly db: Database;
  readonly domain: Domain;
  readonly sign: (message: Uint8Array) => Uint8Array;
  /** The public key of an enrolled node that is not revoked, hex. */
  readonly keyOf: (node: string) => Promise<string | undefined>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly epochSeconds: number;
  readonly epoch: () => number;
  /** Resolves when the broker has it for the node's session. */
  readonly publish: (node: string, payload: Uint8Array) => Promise<void>;
  readonly refused: Tally;
}

const perTurn = 200;
/** Whoever joins is told to everybody: not for each of a hundred that join together. */
const standingMsMax = 60_000;
/** More are not named: who is missing in a list is taken for nobody. */
const vouchersMax = 4096;

/** Tells nodes what was learned. What could not be handed to the broker is counted: nodes ask again. Told twice does no harm. */
export class Teller {
  readonly #o: TellerOptions;
  #standingAt = Number.NEGATIVE_INFINITY;

  constructor(options: TellerOptions) {
    this.#o = options;
  }

  async send(node: string, told: Told): Promise<void> {
    const { domain, sign, keyOf, publish } = this.#o;
    const publicKey = await keyOf(node);
    if (publicKey === undefined) return;
    try {
      await publish(node, encodeTold(told, { domain, node: Buffer.from(publicKey, 'hex'), sha256 }, sign));
    } catch (error) {
      this.#o.refused.add('not-told');
      this.#o.log.warn({ node, told: told.kind, error: (error as Error).message }, 'rewards: a node could not be told');
    }
  }

  /** What the database has as untold. */
  async turn(): Promise<void> {
    const { db } = this.#o;
    for (const hour of await untoldHours(db, perTurn)) {
      for (const told of await this.#aboutHour(hour)) await this.send(hour.node, told);
      await toldHour(db, hour, hour.version);
    }
    for (const ask of await untoldAsks(db, perTurn)) {
      const told = askTold(ask);
      if (told && ask.node !== null) await this.send(ask.node, told);
      await toldAsk(db, ask.key);
    }
    await this.#standings();
  }

  async #aboutHour(hour: HourRow): Promise<Told[]> {
    const { db } = this.#o;
    const value = hour.accepted === null ? undefined : await valueAt(db, hour.accepted + 1);
    const challenge = challengeTold(hour, value?.value, (await paramsAt(db, hour.epoch)).samples);
    return [hourTold(hour), ...(challenge ? [challenge] : [])];
  }

  async #standings(): Promise<void> {
    const { db, clock, epochSeconds, epoch } = this.#o;
    const now = clock.now();
    const wait = Math.min(standingMsMax, epochSeconds * 50);
    if (now >= this.#standingAt && now < this.#standingAt + wait) return;
    const untold = await untoldNodes(db, perTurn);
    if (untold.length === 0) return;
    // A rule that was voted holds from the next epoch on, and is told before.
    const { from, params } = await newestParams(db);
    const present = Math.max(from, epoch());
    const all = await allRewardNodes(db);
    const vouchers = all.length <= vouchersMax ? all.map(({ node }) => node) : undefined;
    for (const node of untold) {
      const standing = { epoch: present, registered: true, ...standingOf(node, params.probationEpochs), params };
      await this.send(node.node, { kind: 'standing', ...standing, ...(vouchers && { vouchers }) });
      await toldNode(db, node.node, node.version);
    }
    if (untold.length < perTurn) this.#standingAt = now;
  }
}

const standingOf = ({ payout, nonce, probationFrom, caught }: RewardNode, probationEpochs: number) => ({
  payout,
  ...(nonce !== null && { nonce }),
  probationUntil: probationFrom + probationEpochs,
  caught,
});

import type { Database, Session } from '../store/database.ts';
import { judgeDraw } from '../store/rewards/facts.ts';
import { type HourRow, hourBy, learnHour, provenOpenHours } from '../store/rewards/hours.ts';
import { putRewardNode } from '../store/rewards/nodes.ts';
import { noteOf, putNote } from '../store/rewards/notes.ts';
import { newestProposals, putProposal } from '../store/rewards/proposals.ts';
import { knownParams, newestValue, putParams, putValue } from '../store/rewards/rule.ts';
import type { Ledger } from './ledger.ts';
import { nodeIdOf } from './node-id.ts';

/** Where it stands, kept: asking for thousands of hours takes a while. */
interface Progress {
  readonly hoursAfter: { readonly node: string; readonly epoch: number } | null;
}

const noteName = 'reconciling';
const hoursPerTurn = 50;
const proposalsMax = 1000;

/**
 * The server no longer has all that the contract told: what stands in the contract is asked instead. What was paid or lost in between, and how much, only
 * the events would say; such an hour is closed without an amount.
 */
export class Reconciler {
  readonly #o: { readonly db: Database; readonly ledger: Ledger; readonly members: () => Promise<readonly string[]> };

  constructor(options: { readonly db: Database; readonly ledger: Ledger; readonly members: () => Promise<readonly string[]> }) {
    this.#o = options;
  }

  /** To be called in the transaction that moves the reader on. */
  static async begin(session: Session): Promise<void> {
    await putNote(session, noteName, { hoursAfter: null } satisfies Progress);
  }

  /** Resolves to whether nothing is left to ask. */
  async turn(epoch: number, signal?: AbortSignal): Promise<boolean> {
    const { db } = this.#o;
    const progress = await noteOf<Progress | null>(db, noteName);
    if (!progress) return true;
    if (!progress.hoursAfter) {
      await this.#nodes(signal);
      await this.#rule(epoch, signal);
      await this.#proposals(signal);
    }
    const hours = await provenOpenHours(db, progress.hoursAfter ?? undefined, hoursPerTurn);
    for (const hour of hours) await this.#hour(hour, signal);
    const last = hours.at(-1);
    const next: Progress | null = last && hours.length === hoursPerTurn ? { hoursAfter: { node: last.node, epoch: last.epoch } } : null;
    await putNote(db, noteName, next);
    return next === null;
  }

  async #nodes(signal?: AbortSignal): Promise<void> {
    const { db, ledger, members } = this.#o;
    for (const publicKey of await members()) {
      const view = await ledger.node(publicKey, signal);
      if (!view) continue;
      const { payout, nonce, registered, probationFrom, caught } = view;
      await putRewardNode(db, { node: nodeIdOf(publicKey), publicKey, payout, nonce, registered, probationFrom, caught });
    }
  }

  async #rule(epoch: number, signal?: AbortSignal): Promise<void> {
    const { db, ledger } = this.#o;
    const { call } = ledger.wallet;
    // A set that was voted holds from the next epoch on.
    for (const at of [epoch, epoch + 1]) {
      const params = await ledger.params(at, signal);
      if (JSON.stringify(params) !== JSON.stringify(await knownParams(db, at))) await putParams(db, at, params);
    }
    const last = await ledger.ask(call('chain'), signal);
    for (let at = ((await newestValue(db))?.epoch ?? last.epoch) + 1; at <= last.epoch; at++) {
      const { value, known, drawn } = await ledger.ask(call('epoch', at), signal);
      if (value) await putValue(db, { epoch: at, value, known, drawn });
    }
  }

  async #proposals(signal?: AbortSignal): Promise<void> {
    const { db, ledger } = this.#o;
    const { call } = ledger.wallet;
    const known = await newestProposals(db, proposalsMax);
    const first = (known[0]?.id ?? 0) + 1;
    const open = known.filter(({ over }) => !over).map(({ id }) => id);
    for (const id of [...open, ...Array.from({ length: proposalsMax }, (_, i) => first + i)]) {
      const view = await ledger.ask(call('proposal', id), signal);
      if (!view && id >= first) return;
      if (view) await putProposal(db, { ...view, id, node: nodeIdOf(view.node), change: JSON.stringify(view.change) });
    }
  }

  async #hour(hour: HourRow, signal?: AbortSignal): Promise<void> {
    const { db, ledger, members } = this.#o;
    const publicKey = (await members()).find((key) => nodeIdOf(key) === hour.node);
    if (publicKey === undefined) return;
    const view = await ledger.ask(ledger.wallet.call('proof', publicKey, hour.epoch), signal);
    await db.transaction(async (session) => {
      if (!view) {
        // One that the hub only believes to be on the way is not there yet; one that was there is closed, and its place was used again.
        if (hour.accepted !== null) await learnHour(session, hour, { closed: 'over' });
        return;
      }
      const { accepted, packetCount, merkleRoot, status, attested, gross, challenged } = view;
      const word = attested && { earning: attested.earning, uptimeBp: attested.uptimeBp, latencyUs: attested.latencyUs, inTime: attested.inTime };
      await learnHour(session, hour, {
        ...{ accepted, packets: packetCount, root: merkleRoot, provedTx: hour.provedTx ?? '' },
        ...(word && { ...word, gross: gross.toString(), attestedTx: hour.attestedTx ?? '' }),
        ...(challenged !== undefined && { challenged }),
        ...(status === 'cleared' && { revealedTx: hour.revealedTx ?? '' }),
        ...(status === 'paid' && { closed: 'over' }),
        ...(status === 'forfeited' && { closed: 'lost' }),
      });
      await judgeDraw(session, await hourBy(session, hour));
    });
  }
}

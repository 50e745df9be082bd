import { attestMessage, chainStepsMax, challengeMessage, type Domain } from '@energymesh/protocol';
import type { About } from '@energymesh/rewards';
import type { Call, CallOnTheWay, Refusal } from '@energymesh/wallet';
import type { Database, Session } from '../store/database.ts';
import { askBy, endAsk, holdAsk, nextAsk } from '../store/rewards/asks.ts';
import {
  addWhy,
  type HourKey,
  type HourRow,
  holdHours,
  hourBy,
  hoursToAttest,
  hoursToChallenge,
  hoursToForfeit,
  hoursToSubmit,
  learnHour,
  waitingToSubmit,
} from '../store/rewards/hours.ts';
import { rewardNodeBy, usedNonce } from '../store/rewards/nodes.ts';
import { executable, holdProposal, overProposal } from '../store/rewards/proposals.ts';
import { newestValue } from '../store/rewards/rule.ts';
import { backoff } from './backoff.ts';
import type { Job } from './jobs.ts';
import type { Judgement } from './judge.ts';
import type { RewardKeys } from './keys.ts';
import type { Ledger } from './ledger.ts';
import type { Ended, Planned, Planner } from './queue.ts';
import type { HubChain } from './values.ts';

export interface PlanOptions {
  readonly db: Database;
  readonly ledger: Ledger;
  readonly keys: RewardKeys;
  readonly chain: HubChain;
  readonly domain: Domain;
  readonly epochSeconds: number;
  /** The public key of an enrolled node that is not revoked, hex. */
  readonly keyOf: (node: string) => Promise<string | undefined>;
  readonly now: () => number;
  /** As the contract says; undefined until it has been asked. */
  readonly anchorEpoch: () => number | undefined;
  /** The epoch of the newest ledger: what is not known before its epoch must not leave before it. */
  readonly ledgerEpoch: () => number;
}

/** A call takes no more. */
const batchMax = 32;
/** After an epoch, the time in which its proofs come: ten minutes of an hour. */
export const graceMs = (epochSeconds: number): number => Math.min(600, epochSeconds / 6) * 1000;

/** What the hub brings to the ledger, most urgent first, and what its answers mean. */
export class RewardPlan implements Planner {
  readonly #o: PlanOptions;
  /** Their signature ended a batch: they are sent alone. Bounded by the hours that are open. */
  readonly #alone = new Set<string>();
  /** So many in a batch: fewer after one was too dear, as new entries pay rent in advance. */
  #batch = batchMax;

  constructor(options: PlanOptions) {
    this.#o = options;
  }

  async next(now: number): Promise<Planned | undefined> {
    const { db } = this.#o;
    return (
      (await this.#publish()) ??
      (await this.#ask(now, 'register:')) ??
      (await this.#submit(now)) ??
      (await this.#attest(now)) ??
      (await this.#challenge(now)) ??
      (await this.#ask(now)) ??
      (await this.#forfeit(now)) ??
      (await this.#execute(db, now))
    );
  }

  async #publish(): Promise<Planned | undefined> {
    const { db, chain, anchorEpoch, ledgerEpoch, ledger } = this.#o;
    const anchor = anchorEpoch();
    if (anchor === undefined) return undefined;
    const last = (await newestValue(db))?.epoch ?? anchor;
    const epoch = Math.min(ledgerEpoch(), last + chainStepsMax);
    const value = epoch > last ? chain.at(epoch - anchor) : undefined;
    return value && { job: { kind: 'publish', epoch }, call: ledger.wallet.call('publish', epoch, value) };
  }

  async #ask(now: number, like?: string): Promise<Planned | undefined> {
    const { db, ledger } = this.#o;
    for (;;) {
      const ask = await nextAsk(db, now, { account: 'fees', ...(like !== undefined && { like }) });
      if (!ask) return undefined;
      const wire = JSON.parse(ask.call) as CallOnTheWay | { pay: string; stroops: string };
      if ('pay' in wire) return { job: { kind: 'ask', key: ask.key }, pay: { to: wire.pay, stroops: BigInt(wire.stroops) } };
      const call = ledger.wallet.callFromWire(wire);
      if (call) return { job: { kind: 'ask', key: ask.key }, call };
      await endAsk(db, ask.key, { state: 'refused', why: ['malformed'] });
    }
  }

  /** When the first of them has waited long enough for others, or a batch is full. */
  async #submit(now: number): Promise<Planned | undefined> {
    const { db, ledger, epochSeconds, keyOf } = this.#o;
    const grace = graceMs(epochSeconds);
    const before = Math.floor((now - grace) / 1000 / epochSeconds);
    const waiting = await waitingToSubmit(db, before, now);
    if (waiting.hours === 0 || (waiting.hours < batchMax && waiting.since !== undefined && now < waiting.since + grace / 4)) return undefined;
    const rows = this.#batchOf(await hoursToSubmit(db, { before, now, limit: this.#batch }));
    const proofs = [];
    for (const { node, packets, timestamp, root, signature } of rows) {
      const key = await keyOf(node);
      if (key) proofs.push({ node: key, packetCount: packets!, timestamp: timestamp!, merkleRoot: root!, signature: signature! });
    }
    if (proofs.length < rows.length) {
      // Revoked since: the hub brings nothing of theirs.
      for (const row of rows) if (!(await keyOf(row.node))) await refuseHour(db, row, 'not-a-member');
      return this.#submit(now);
    }
    return { job: { kind: 'submit', hours: rows.map(keyOfHour) }, call: ledger.wallet.call('submit_batch', proofs) };
  }

  async #attest(now: number): Promise<Planned | undefined> {
    const { db, ledger, keys, domain } = this.#o;
    const rows = this.#batchOf(await hoursToAttest(db, now, this.#batch));
    const attestations = [];
    const hours: HourKey[] = [];
    for (const row of rows) {
      const node = await this.#registeredKey(row.node);
      const { earning, uptimeBp, latencyUs } = JSON.parse(row.judged!) as Judgement;
      if (!node) await this.#withoutKey(row);
      else {
        const word = { epoch: row.epoch, uptimeBp, latencyUs, earning };
        const signature = keys.sign(attestMessage(domain, { ...word, node: Buffer.from(node, 'hex') }));
        attestations.push({ ...word, node, signature });
        hours.push(keyOfHour(row));
      }
    }
    return hours.length === 0 ? undefined : { job: { kind: 'attest', hours }, call: ledger.wallet.call('attest_batch', attestations) };
  }

  /** As the contract has it: also of a node that was revoked since. */
  async #registeredKey(node: string): Promise<string | undefined> {
    return (await rewardNodeBy(this.#o.db, node))?.publicKey;
  }

  /** The ledger knows the node, and the hub has missed it: until it catches up, others have their turn. */
  async #withoutKey(row: HourRow): Promise<undefined> {
    await holdHours(this.#o.db, [row], this.#o.now() + this.#epochMs);
  }

  #batchOf(rows: readonly HourRow[]): readonly HourRow[] {
    const alone = rows.find((row) => this.#alone.has(nameOf(row)));
    return alone && rows[0] === alone ? [alone] : rows.filter((row) => !this.#alone.has(nameOf(row)));
  }

  async #challenge(now: number): Promise<Planned | undefined> {
    const { db, ledger, keys, domain } = this.#o;
    const [row] = await hoursToChallenge(db, now);
    const node = row && (await this.#registeredKey(row.node));
    if (!row || !node) return row && this.#withoutKey(row);
    const signature = keys.sign(challengeMessage(domain, Buffer.from(node, 'hex'), row.epoch));
    return { job: { kind: 'challenge', ...keyOfHour(row) }, call: ledger.wallet.call('challenge', node, row.epoch, signature) };
  }

  async #forfeit(now: number): Promise<Planned | undefined> {
    const { db, ledger, ledgerEpoch } = this.#o;
    const [row] = await hoursToForfeit(db, ledgerEpoch(), now);
    const node = row && (await this.#registeredKey(row.node));
    if (row && !node) return this.#withoutKey(row);
    return row && node ? { job: { kind: 'forfeit', ...keyOfHour(row) }, call: ledger.wallet.call('forfeit', node, row.epoch) } : undefined;
  }

  async #execute(db: Database, now: number): Promise<Planned | undefined> {
    const { ledger, ledgerEpoch } = this.#o;
    const proposal = await executable(db, ledgerEpoch(), now);
    return proposal && { job: { kind: 'execute', proposal: proposal.id }, call: ledger.wallet.call('execute', proposal.id) };
  }

  /** A batch whose elements the contract would refuse is built again without them. */
  async worthSending({ job }: Planned, result: unknown): Promise<boolean> {
    if (job.kind !== 'submit' && job.kind !== 'attest') return true;
    const codes = result as readonly number[];
    const { db, ledger } = this.#o;
    if (codes.every((code) => code === 0)) return true;
    await db.transaction(async (session) => {
      for (const [i, code] of codes.entries()) {
        const refusal = code === 0 ? undefined : (ledger.wallet.refusals.get(code) ?? ledger.wallet.refusalOf(code));
        if (refusal) await this.#hourRefused(session, job.hours[i]!, refusal, job.kind);
      }
    });
    return false;
  }

  async #hourRefused(session: Session, key: HourKey, refusal: Refusal, kind: 'submit' | 'attest' | 'challenge' | 'forfeit'): Promise<void> {
    const hour = await hourBy(session, key);
    if (!hour) return;
    if (refusal.name === 'BadSignature') this.#alone.add(nameOf(key));
    if (refusal.verdict === 'never' && kind === 'submit') return refuseHour(session, key, refusal.name);
    // Done: the ledger's events will say so. Never: nothing more to do but what they say.
    if (refusal.verdict === 'later' && kind === 'submit') await addWhy(session, key, refusal.name);
    const wait = refusal.verdict === 'never' ? Number.MAX_SAFE_INTEGER : this.#o.now() + backoff(hour.tries, this.#epochMs / 60, this.#epochMs);
    await holdHours(session, [key], wait);
  }

  get #epochMs(): number {
    return this.#o.epochSeconds * 1000;
  }

  tooDear(job: Job): boolean {
    if ((job.kind !== 'submit' && job.kind !== 'attest') || job.hours.length < 2) return false;
    this.#batch = job.hours.length >> 1;
    return true;
  }

  async refused(session: Session, job: Job, refusal: Refusal): Promise<void> {
    switch (job.kind) {
      case 'submit':
      case 'attest':
        // One of them, and the host does not say which: each goes alone.
        if (job.hours.length > 1) for (const hour of job.hours) this.#alone.add(nameOf(hour));
        else for (const hour of job.hours) await this.#hourRefused(session, hour, refusal, job.kind);
        return;
      case 'challenge':
      case 'forfeit':
        return this.#hourRefused(session, job, refusal, job.kind);
      case 'execute':
        return refusal.verdict === 'later' ? holdProposal(session, job.proposal, this.#o.now() + this.#epochMs) : overProposal(session, job.proposal);
      case 'ask':
        return this.#askRefused(session, job.key, refusal);
      default:
        return;
    }
  }

  async #askRefused(session: Session, key: string, { verdict, name }: Refusal): Promise<void> {
    if (verdict === 'done') return endAsk(session, key, { state: 'done' });
    const ask = await askBy(session, key);
    const late = ask !== undefined && ask.tries >= asksTriesMax;
    // The address takes nothing until there is an account: that is under way, or its node has to do something about it.
    const inVain = name === 'PaymentFailed' && !(await this.#isMakingAccount(session, ask?.node));
    if (verdict === 'never' || late || inVain) return endAsk(session, key, { state: 'refused', why: [name === 'NoFunds' ? 'no-funds' : name] });
    await holdAsk(session, key, this.#o.now() + backoff(ask?.tries ?? 0, this.#epochMs / 12, 2 * this.#epochMs));
  }

  async #isMakingAccount(session: Session, node: string | null | undefined): Promise<boolean> {
    if (!node) return false;
    return (await nextAsk(session, Number.MAX_SAFE_INTEGER, { account: 'sponsor', like: `sponsor:${node}:` })) !== undefined;
  }

  async ended(session: Session, job: Job, call: CallOnTheWay | undefined, end: Ended): Promise<void> {
    const later = this.#o.now() + backoff(0, this.#epochMs / 60, this.#epochMs);
    switch (job.kind) {
      case 'submit':
      case 'attest':
        this.#batch = Math.min(batchMax, this.#batch * 2);
        // The ledger's events say what came of it; they are read before anything is planned anew.
        return holdHours(session, job.hours, later);
      case 'challenge':
      case 'forfeit':
        return holdHours(session, [job], later);
      case 'execute':
        return holdProposal(session, job.proposal, later);
      case 'ask': {
        if (end.at !== 'confirmed') return holdAsk(session, job.key, later);
        const about = (await askBy(session, job.key))?.about;
        const of = about ? (JSON.parse(about) as About) : undefined;
        if (of?.kind === 'register') await usedNonce(session, (await askBy(session, job.key))!.node!, of.nonce);
        const read = call && end.returnValue !== undefined ? this.#resultOf(call, end.returnValue) : undefined;
        return endAsk(session, job.key, { state: 'done', tx: end.tx, ...(read !== undefined && { result: read }) });
      }
      default:
        return;
    }
  }

  #resultOf(wire: CallOnTheWay, returnValue: string): string | undefined {
    const { wallet } = this.#o.ledger;
    const call: Call<unknown> | undefined = wallet.callFromWire(wire);
    const result = call && wallet.readResultOf(call, returnValue);
    return typeof result === 'bigint' || typeof result === 'number' ? result.toString() : undefined;
  }
}

/** Then whoever asked is told, and may ask again. */
const asksTriesMax = 6;
const keyOfHour = ({ node, epoch }: HourKey): HourKey => ({ node, epoch });
const nameOf = ({ node, epoch }: HourKey): string => `${node}.${epoch}`;

async function refuseHour(session: Session, key: HourKey, why: string): Promise<void> {
  await addWhy(session, key, why);
  await learnHour(session, key, { closed: 'refused' });
}

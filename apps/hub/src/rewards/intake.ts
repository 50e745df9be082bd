import { verify } from 'node:crypto';
import { publicKeyFromRaw } from '@energymesh/identity';
import {
  changeHash,
  type Domain,
  epochStart,
  epochsKept,
  memberMessage,
  proofMessage,
  proposeMessage,
  registerMessage,
  strictly,
  voteMessage,
} from '@energymesh/protocol';
import type { About, FromNode, Told } from '@energymesh/rewards';
import type { Call } from '@energymesh/wallet';
import type { Session } from '../store/database.ts';
import { putAppeal } from '../store/rewards/appeals.ts';
import { addAsk, askBy, askedSince } from '../store/rewards/asks.ts';
import { addHeard, addPart, addWhy, hourBy, hoursOf, learnHour } from '../store/rewards/hours.ts';
import { paramsAt, valueAt } from '../store/rewards/rule.ts';
import { claimable } from './claimable.ts';
import type { RewardKeys } from './keys.ts';
import type { AccountName, Wallet } from './ledger.ts';
import { SponsorDesk } from './sponsor-desk.ts';
import { askTold, challengeTold, hourTold } from './telling.ts';
import { sha256 } from './values.ts';
import { vouch } from './vouching.ts';

type Of<K extends FromNode['kind']> = Extract<FromNode, { kind: K }>;

export interface IntakeOptions {
  readonly domain: Domain;
  readonly keys: Pick<RewardKeys, 'hubKey' | 'sign'>;
  readonly epochSeconds: number;
  /** Only for making calls: nothing is asked. */
  readonly wallet: Wallet;
  readonly epoch: () => number;
  readonly now: () => number;
}

export interface Sender {
  readonly node: string;
  /** Hex. */
  readonly publicKey: string;
}

/** Of one node in a day's worth of epochs. */
const asksMax = 64;
const dayEpochs = 24;

const holds = strictly((key, message, signature) => verify(null, message, publicKeyFromRaw(key), signature));

/** Takes what a node says, in the caller's transaction. Resolves to what it is told; the same again changes nothing and is answered again. */
export class Intake {
  readonly #o: IntakeOptions;

  constructor(options: IntakeOptions) {
    this.#o = options;
  }

  async take(session: Session, from: Sender, message: FromNode): Promise<readonly Told[]> {
    const key = Buffer.from(from.publicKey, 'hex');
    const { domain, wallet, keys } = this.#o;
    const signed = (bytes: () => Uint8Array, signature: string): boolean => signs(key, bytes, signature);
    switch (message.kind) {
      case 'vouch':
        return this.#vouch(session, from, message);
      case 'hour':
        return this.#hour(session, from, message);
      case 'register': {
        const { payout, nonce, signature } = message;
        const about = { kind: 'register', nonce } as const;
        if (!signed(() => registerMessage(domain, { node: key, nonce, payout }), signature)) return [refused(about, 'bad-signature')];
        const member = keys.sign(memberMessage(domain, key));
        return this.#ask(session, from, about, `register:${from.node}:${nonce}`, () =>
          wallet.call('register', key, payout, nonce, member, Buffer.from(signature, 'hex')),
        );
      }
      case 'openings': {
        const { epoch, openings } = message;
        const about = { kind: 'openings', epoch } as const;
        return this.#ask(session, from, about, `openings:${from.node}:${epoch}`, () =>
          wallet.call(
            'reveal',
            key,
            epoch,
            openings.map((text) => Buffer.from(text, 'base64')),
          ),
        );
      }
      case 'claim':
        return this.#claim(session, from, message);
      case 'appeal': {
        const { epoch, text } = message;
        const about = { kind: 'appeal', epoch } as const;
        if (!(await hourBy(session, { node: from.node, epoch }))) return [refused(about, 'NoProof')];
        await putAppeal(session, { node: from.node, epoch, text, at: this.#o.now() });
        return [taken(about)];
      }
      case 'propose': {
        const { nonce, change, signature } = message;
        const about = { kind: 'propose', nonce } as const;
        const hub = 'hub' in change ? { hub: { ...change.hub, hubKey: bytes(change.hub.hubKey), anchor: bytes(change.hub.anchor) } } : change;
        if (!signed(() => proposeMessage(domain, key, nonce, changeHash(sha256, hub)), signature)) return [refused(about, 'bad-signature')];
        return this.#ask(session, from, about, `propose:${from.node}:${nonce}`, () => wallet.call('propose', key, nonce, hub, bytes(signature)));
      }
      case 'vote': {
        const { proposal, yes, signature } = message;
        const about = { kind: 'vote', proposal } as const;
        if (!signed(() => voteMessage(domain, key, proposal, yes), signature)) return [refused(about, 'bad-signature')];
        return this.#ask(session, from, about, `vote:${from.node}:${proposal}`, () => wallet.call('vote', proposal, key, yes, bytes(signature)));
      }
      case 'sponsor': {
        const { address } = message;
        const about = { kind: 'sponsor', address } as const;
        return this.#ask(session, from, about, `sponsor:${from.node}:${address}`, () => ({ address }), 'sponsor');
      }
      case 'cosigned':
        await SponsorDesk.cosigned(session, from.node, message);
        return [];
    }
  }

  /** For this epoch or those beside it: clocks differ, and what was carried at an epoch's end is asked for after it. */
  async #vouch(session: Session, from: Sender, { epoch, seq, ranges }: Of<'vouch'>): Promise<readonly Told[]> {
    if (Math.abs(epoch - this.#o.epoch()) > 1) return [];
    const { domain, keys } = this.#o;
    const told = await vouch(session, { ...from, epoch, seq, ranges }, { domain, hubKey: keys.hubKey, sign: keys.sign });
    return told ? [told] : [];
  }

  async #hour(session: Session, from: Sender, { epoch, part, parts, proof, carried, heard }: Of<'hour'>): Promise<readonly Told[]> {
    const { domain, epochSeconds, now } = this.#o;
    const key = { node: from.node, epoch };
    const { packetCount, timestamp, root, signature } = proof;
    const claim = { node: Buffer.from(from.publicKey, 'hex'), packetCount, timestamp, merkleRoot: bytes(root) };
    const fits = timestamp === epochStart(epoch, epochSeconds);
    if (!fits || !signs(claim.node, () => proofMessage(domain, claim), signature)) {
      return [{ kind: 'hour', epoch, state: 'refused', why: ['bad-signature'] }];
    }
    if (epoch > this.#o.epoch()) return [];
    // The contract takes none, and what a node can leave here stays within bounds.
    if (epoch + epochsKept < this.#o.epoch()) return [{ kind: 'hour', epoch, state: 'refused', why: ['TooOld'] }];
    const before = await hourBy(session, key);
    // One that the ledger told of first has no signature here: what the node carried is counted all the same.
    if (!before || (before.root === null && before.accepted === null)) {
      await learnHour(session, key, { packets: packetCount, timestamp, root, signature, parts, receivedAt: now() });
    } else if (before.root !== root) await addWhy(session, key, 'another-proof');
    else if (before.signature === null) await learnHour(session, key, { timestamp, signature, parts, receivedAt: now() });
    if (!before?.judged && !before?.closed) {
      const added = await addPart(session, { ...key, part, carried: JSON.stringify(carried) });
      // The first word of a part stands: who says it again with other neighbours fills no table.
      const others = added ? heard.filter((one) => one.node !== from.node) : [];
      await addHeard(
        session,
        epoch,
        from.node,
        others.map(({ node, minutes, rttUs, samples }) => ({ node, minutes, rttUs: rttUs ?? null, samples })),
      );
    }
    const hour = (await hourBy(session, key))!;
    const challenge = await this.#challengeOf(session, hour);
    return [hourTold(hour), ...(challenge ? [challenge] : [])];
  }

  async #challengeOf(session: Session, hour: NonNullable<Awaited<ReturnType<typeof hourBy>>>): Promise<Told | undefined> {
    const value = hour.accepted === null ? undefined : await valueAt(session, hour.accepted + 1);
    return challengeTold(hour, value?.value, (await paramsAt(session, hour.epoch)).samples);
  }

  /** Hours that cannot be paid yet are left out, each with its reason: the contract pays all that it is named, or none. */
  async #claim(session: Session, from: Sender, { epochs }: Of<'claim'>): Promise<readonly Told[]> {
    const hours = await hoursOf(session, from.node, epochs);
    const ready: number[] = [];
    const told: Told[] = [];
    for (const epoch of [...new Set(epochs)].sort((a, b) => a - b)) {
      const hour = hours.get(epoch);
      const value = hour?.accepted == null ? undefined : await valueAt(session, hour.accepted + 1);
      const verdict = claimable(hour, { value, params: await paramsAt(session, epoch), epoch: this.#o.epoch() });
      if (verdict === 'yes') ready.push(epoch);
      else if (verdict === 'closed') told.push(hourTold(hour!));
      else told.push(refused({ kind: 'claim', epochs: [epoch] }, verdict));
    }
    if (ready.length === 0) return told;
    const key = `claim:${from.node}:${ready.join(',')}`;
    const asked = await this.#ask(session, from, { kind: 'claim', epochs: ready }, key, () => this.#o.wallet.call('claim', bytes(from.publicKey), ready));
    return [...told, ...asked];
  }

  async #ask(
    session: Session,
    from: Sender,
    about: About,
    key: string,
    make: () => Call<unknown> | { address: string },
    account: AccountName = 'fees',
  ): Promise<readonly Told[]> {
    const before = await askBy(session, key);
    if (before && before.state !== 'refused') return before.state === 'waiting' ? [taken(about)] : [askTold(before)].flatMap((told) => told ?? []);
    const { now, epochSeconds, wallet } = this.#o;
    if ((await askedSince(session, from.node, now() - dayEpochs * epochSeconds * 1000)) >= asksMax) return [];
    let call: string;
    try {
      const made = make();
      call = JSON.stringify('args' in made ? wallet.callToWire(made) : made);
    } catch {
      // A payout address with a wrong checksum, and the like.
      return [refused(about, 'malformed')];
    }
    await addAsk(session, { key, node: from.node, account, call, about: JSON.stringify(about), askedAt: now() });
    return [taken(about)];
  }
}

const bytes = (hex: string): Uint8Array => Buffer.from(hex, 'hex');
const taken = (about: About): Told => ({ kind: 'asked', about, state: 'taken' });
const refused = (about: About, why: string): Told => ({ kind: 'asked', about, state: 'refused', why: [why] });

function signs(key: Uint8Array, message: () => Uint8Array, signature: string): boolean {
  try {
    return holds(key, message(), Buffer.from(signature, 'hex'));
  } catch {
    return false;
  }
}

import type { VouchRequest } from '@energymesh/protocol';
import { type FromNode, rangesOfText, type Told, type ToldHour } from '@energymesh/rewards';
import { type Errands, errandOf } from './errands.ts';
import type { ReceiptJournal } from './journal.ts';
import type { HourKeeper } from './keeper.ts';
import type { News } from './news.ts';
import type { RuleBook } from './rule-book.ts';
import type { Wallet } from './wallet.ts';

export interface ToldOptions {
  readonly keeper: Pick<HourKeeper, 'learn' | 'record' | 'replace' | 'refresh'>;
  readonly journal: Pick<ReceiptJournal, 'takeHubs' | 'flush'>;
  readonly errands: Pick<Errands, 'answered' | 'get'>;
  readonly rules: RuleBook;
  readonly wallet: Pick<Wallet, 'cosign'>;
  readonly send: (message: FromNode) => Promise<void>;
  readonly wall: () => number;
  readonly count: (name: string) => void;
}

/** Takes what the hub tells. When it resolves, what was in it is durable; the same again changes nothing. */
export async function hear(told: Told, o: ToldOptions): Promise<void> {
  switch (told.kind) {
    case 'voucher': {
      const ranges = rangesOfText(told.ranges);
      const request: VouchRequest | undefined = ranges && { epoch: told.epoch, seq: told.seq, ranges };
      if (!request || !o.journal.takeHubs(request, Buffer.from(told.signature, 'hex'))) return o.count('voucher-useless');
      if (!o.journal.flush()) throw new Error('the journal cannot be written');
      return;
    }
    case 'hour':
      return aboutHour(told, o);
    case 'challenge': {
      const { epoch, accepted, value, samples, deadline, why } = told;
      if (!o.keeper.record(epoch)) return o.count('not-ours');
      const by = { by: 'hub' as const, at: o.wall() };
      const news: News[] = [
        { of: 'proved', fact: { ...by, accepted } },
        { of: 'draw', draw: { accepted, value, samples, deadline } },
      ];
      return o.keeper.learn(epoch, ...news, { of: 'why', why: why ?? [] });
    }
    case 'asked':
      return answer(told, o);
    case 'cosign': {
      const signed = await o.wallet.cosign(told.address, told.unsigned);
      if (!signed) return o.count('not-cosigned');
      return o.send({ kind: 'cosigned', address: told.address, ...signed });
    }
    case 'standing': {
      const { kind: _, epoch, params, vouchers, ...standing } = told;
      o.rules.hearStanding({ by: 'hub', at: o.wall(), ...standing });
      o.rules.learnParams('hub', { from: epoch, params });
      if (vouchers) o.rules.learnVouchers(vouchers);
      return o.keeper.refresh();
    }
  }
}

/** Each state says that those before it were reached, as far as the message has their figures. */
function aboutHour({ epoch, state, tx, accepted, earning, uptimeBp, latencyUs, packets, bp, shareBp, gross, amount, why }: ToldHour, o: ToldOptions): void {
  if (!o.keeper.record(epoch)) return o.count('not-ours');
  const at = o.wall();
  const fact = (of: string) => ({ by: 'hub' as const, at, ...(of === state && tx !== undefined && { tx }) });
  const news: News[] = [{ of: 'taken', what: 'sentProof' }];
  if (accepted !== undefined) news.push({ of: 'proved', fact: { ...fact('proved'), accepted } });
  if (earning !== undefined) news.push({ of: 'attested', fact: { ...fact('attested'), earning, uptimeBp, latencyUs, packets, bp, shareBp, gross } });
  if (state === 'revealed') news.push({ of: 'revealed', fact: fact('revealed') });
  if (state === 'paid') news.push({ of: 'paid', fact: { ...fact('paid'), amount: amount ?? '0', packets, bp, shareBp, gross } });
  if (state === 'lost') news.push({ of: 'forfeited', fact: fact('lost') });
  if (state === 'refused') news.push({ of: 'refused', fact: fact('refused') });
  o.keeper.learn(epoch, ...news, { of: 'why', why: why ?? [] });
}

function answer({ about, state, tx, why, text }: Extract<Told, { kind: 'asked' }>, o: ToldOptions): void {
  const news: News[] = [{ of: 'why', why: why ?? [] }];
  if (about.kind === 'openings' || about.kind === 'claim') {
    const what = about.kind === 'openings' ? 'sentOpenings' : 'sentClaim';
    const epochs = about.kind === 'openings' ? [about.epoch] : about.epochs;
    // A refusal is not the end of an hour: what it says is shown, and the hour is asked for again in its time.
    if (state !== 'refused') news.push({ of: 'taken', what });
    for (const epoch of epochs) if (o.keeper.record(epoch)) o.keeper.learn(epoch, ...news);
    return;
  }
  const id = errandOf(about, o.errands);
  if (id === undefined) return o.count('not-ours');
  o.errands.answered(id, { state, tx, why });
  const record = about.kind === 'appeal' ? o.keeper.record(about.epoch) : undefined;
  if (record?.appeal && text !== undefined) o.keeper.replace({ ...record, appeal: { ...record.appeal, answer: text } });
}

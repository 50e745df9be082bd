import type { AttestedFact, ChallengedFact, Fact, FeeOf, HourRecord, PaidFact, ProvedFact, ToldDraw } from '../reward-book.ts';
import type { LedgerHour } from '../reward-ports.ts';

/** Something that was learned about an hour. */
export type News =
  /** The hub has what was sent. */
  | { readonly of: 'taken'; readonly what: 'sentProof' | 'sentOpenings' | 'sentClaim' }
  | { readonly of: 'proved'; readonly fact: ProvedFact }
  | { readonly of: 'attested'; readonly fact: AttestedFact }
  | { readonly of: 'challenged'; readonly fact: ChallengedFact }
  | { readonly of: 'draw'; readonly draw: ToldDraw }
  | { readonly of: 'revealed' | 'forfeited' | 'refused'; readonly fact: Fact }
  | { readonly of: 'paid'; readonly fact: PaidFact }
  | { readonly of: 'fee'; readonly what: FeeOf; readonly tx: string; readonly fee: string }
  | { readonly of: 'why'; readonly why: readonly string[] };

const whyMax = 16;

/**
 * A record with what was learned. The same news twice changes nothing, and news in any order come to the same: the ledger's word stands
 * above the hub's, and of one source the first.
 */
export function learn(record: HourRecord, news: News): HourRecord {
  switch (news.of) {
    case 'taken': {
      const sent = record[news.what];
      return sent && !sent.taken ? { ...record, [news.what]: { ...sent, taken: true } } : record;
    }
    case 'draw':
      return record.draw ? record : { ...record, draw: news.draw };
    case 'fee': {
      const { what, tx, fee } = news;
      return record.fees?.[what]?.tx === tx ? record : { ...record, fees: { ...record.fees, [what]: { tx, fee } } };
    }
    case 'why': {
      const why = [...new Set([...(record.why ?? []), ...news.why])].slice(0, whyMax);
      return why.length === (record.why ?? []).length ? record : { ...record, why };
    }
    case 'proved': {
      const proved = stronger(record.proved, news.fact);
      const another = record.proof !== undefined && news.fact.by === 'ledger' && news.fact.root !== undefined && news.fact.root !== record.proof.root;
      const next = proved === record.proved ? record : { ...record, proved };
      return another ? learn(next, { of: 'why', why: ['another-proof'] }) : next;
    }
    default: {
      const fact = stronger(record[news.of] as Fact | undefined, news.fact);
      return fact === record[news.of] ? record : { ...record, [news.of]: fact };
    }
  }
}

function stronger<F extends Fact>(before: F | undefined, fact: F): F {
  if (before === undefined) return fact;
  if (before.by === fact.by || before.by === 'ledger') return before;
  // What the ledger does not repeat is kept of what the hub said.
  return { ...before, ...withoutUndefined(fact) };
}

const withoutUndefined = <T extends object>(value: T): T => Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as T;

/**
 * A record with what the contract's state says about the hour now, and without what only the hub said and the contract does not know.
 * `probationBp` is the share of that epoch's rule.
 */
export function reconcile(record: HourRecord, ledger: LedgerHour | undefined, probationBp: number): HourRecord {
  const news = ledger ? newsOf(ledger, probationBp) : [];
  const known = new Set<string>(news.map(({ of }) => of));
  const untrue = ledgerFacts.filter((name) => record[name]?.by === 'hub' && !known.has(name));
  const gone = ledger && record.refused ? [...untrue, 'refused'] : untrue;
  const rest = gone.length === 0 ? record : (Object.fromEntries(Object.entries(record).filter(([name]) => !gone.includes(name))) as unknown as HourRecord);
  return news.reduce(learn, rest);
}

function newsOf({ attested, gross, paid, challenged, packets, root, accepted, status }: LedgerHour, probationBp: number): News[] {
  const by = { by: 'ledger' as const };
  const news: News[] = [{ of: 'proved', fact: { ...by, accepted, packets, root } }];
  if (attested) {
    const { onProbation, ...word } = attested;
    news.push({ of: 'attested', fact: { ...by, ...word, gross, shareBp: onProbation ? probationBp : 10_000 } });
  }
  if (challenged !== undefined) news.push({ of: 'challenged', fact: { ...by, epoch: challenged } });
  if (status === 'cleared') news.push({ of: 'revealed', fact: by });
  if (status === 'paid') news.push({ of: 'paid', fact: { ...by, amount: paid ?? '0' } });
  if (status === 'forfeited') news.push({ of: 'forfeited', fact: by });
  return news;
}

/** What the contract tells; that the hub refuses an hour is its own affair. */
const ledgerFacts = ['proved', 'attested', 'challenged', 'revealed', 'paid', 'forfeited'] as const;

/** Whether something in the record is only the hub's word. */
export const isHearsay = (record: HourRecord): boolean => ledgerFacts.some((name) => record[name]?.by === 'hub');

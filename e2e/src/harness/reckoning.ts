import type { LedgerEvent } from './ledger-events.ts';

/** The rule of docs/proofs.md §8 as it is written there, under the contract's names. */
export const firstRule = {
  stroops_per_1000: 100_000n,
  bonus_uptime_bp: 1000n,
  bonus_latency_bp: 500n,
  penalty_bp: 2000n,
  uptime_high_bp: 9500n,
  uptime_low_bp: 8000n,
  latency_us_max: 100_000n,
  epoch_budget: 100_000_000n,
  node_cap: 360_000n,
  probation_epochs: 168n,
  probation_bp: 5000n,
  settle_epochs: 2n,
};
export type Rule = typeof firstRule;

/** What an hour pays, reckoned here; `paid`: what the ledger says it paid. */
export interface ReckonedHour {
  readonly node: string;
  readonly epoch: number;
  /** As proved, and as the hub saw them arrive. */
  readonly packets: number;
  readonly earning: number | undefined;
  readonly due: bigint;
  readonly paid: bigint | undefined;
  readonly payout: string | undefined;
}

const big = (value: unknown): bigint => BigInt(value as number | bigint);
const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);

/**
 * What every paid hour should have paid, from the ledger's events and the text of docs/proofs.md §7 alone: a reader of the document with a calculator, and
 * nothing of the code that pays. Throws when the ledger tells something twice that happens once.
 */
export function reckon(
  events: readonly LedgerEvent[],
  { epochSeconds, rule }: { readonly epochSeconds: number; readonly rule: Partial<Rule> },
): ReckonedHour[] {
  const epochAt = ({ closedAt }: LedgerEvent): bigint => BigInt(Math.floor(closedAt / epochSeconds));
  const once = (name: string): Map<string, LedgerEvent> => {
    const found = new Map<string, LedgerEvent>();
    for (const event of events.filter((one) => one.name === name)) {
      const key = `${event.node}.${event.data.epoch ?? ''}`;
      if (found.has(key)) throw new Error(`${name} ${key}: twice on the ledger`);
      found.set(key, event);
    }
    return found;
  };
  const sets = [
    { from: 0n, rule: { ...firstRule, ...rule } },
    ...events.filter(({ name }) => name === 'params').map(({ data }) => ({ from: big(data.from), rule: ruleOf(data.params as Record<string, unknown>) })),
  ];
  const ruleFor = (epoch: bigint): Rule => sets.findLast(({ from }) => from <= epoch)!.rule;
  const [registered, proved, attested, paid] = [once('registered'), once('proved'), once('attested'), once('paid')];

  /** §7.1; `by`: the event by whose time probation is judged. */
  const grossOf = (proof: LedgerEvent, word: LedgerEvent | undefined, by: LedgerEvent): bigint => {
    const epoch = big(proof.data.epoch);
    const of = ruleFor(epoch);
    const counted = word ? least(big(proof.data.packet_count), big(word.data.earning)) : big(proof.data.packet_count);
    let bp = 10_000n;
    if (word) {
      const [uptime, latency] = [big(word.data.uptime_bp), big(word.data.latency_us)];
      if (uptime > of.uptime_high_bp) bp += of.bonus_uptime_bp;
      if (latency < of.latency_us_max) bp += of.bonus_latency_bp;
      if (uptime < of.uptime_low_bp) bp -= of.penalty_bp;
    }
    const from = [registered.get(`${proof.node}.`)!, ...events.filter(({ name, node }) => name === 'forfeited' && node === proof.node)]
      .filter((event) => event.closedAt <= by.closedAt)
      .map(epochAt);
    const share = from.some((begin) => epoch < begin + of.probation_epochs) ? of.probation_bp : 10_000n;
    return (least(counted, of.node_cap) * of.stroops_per_1000 * bp * share) / (1000n * 10_000n * 10_000n);
  };
  const isInTime = (word: LedgerEvent): boolean => {
    const epoch = big(word.data.epoch);
    return epochAt(word) < epoch + 1n + ruleFor(epoch).settle_epochs;
  };
  /** §7.2: of all that is attested in time. */
  const totalOf = (epoch: bigint): bigint =>
    [...attested].reduce((sum, [key, word]) => (big(word.data.epoch) === epoch && isInTime(word) ? sum + grossOf(proved.get(key)!, word, word) : sum), 0n);

  const lateSoFar = new Map<bigint, bigint>();
  const dues = new Map<string, bigint>();
  for (const [key, pay] of paid) {
    const [proof, word] = [proved.get(key), attested.get(key)];
    if (!proof) throw new Error(`paid ${key}: never proved`);
    const epoch = big(pay.data.epoch);
    const gross = grossOf(proof, word, word ?? pay);
    const [budget, total] = [ruleFor(epoch).epoch_budget, totalOf(epoch)];
    if (word && isInTime(word)) dues.set(key, total <= budget ? gross : (gross * budget) / total);
    else {
      const late = lateSoFar.get(epoch) ?? 0n;
      const due = least(gross, budget - least(budget, total) - late);
      lateSoFar.set(epoch, late + due);
      dues.set(key, due);
    }
  }
  return [...proved].map(([key, proof]) => {
    const [word, pay] = [attested.get(key), paid.get(key)];
    return {
      node: proof.node!,
      epoch: Number(proof.data.epoch),
      packets: Number(proof.data.packet_count),
      earning: word && Number(word.data.earning),
      due: dues.get(key) ?? grossOf(proof, word, word ?? proof),
      paid: pay && big(pay.data.amount),
      payout: pay && String(pay.data.payout),
    };
  });
}

function ruleOf(params: Readonly<Record<string, unknown>>): Rule {
  const names = Object.keys(firstRule) as (keyof Rule)[];
  return Object.fromEntries(names.map((name) => [name, big(params[name])])) as Rule;
}

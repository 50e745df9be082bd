/** Faults on request: what a client of a real network meets sooner or later. Counts are used up one by one; nothing outlives the process. */

export interface Faults {
  /** every request's connection is cut */
  readonly down: boolean;
  /** each answer waits this long */
  readonly slowMs: number;
  /** answers as ever, but no ledger closes unless /admin says so: validators that do not agree */
  readonly halted: boolean;
  /** so many of the next transactions are taken, and never included */
  readonly loseTransactions: number;
  /** so many of the next transactions are taken and included, but the connection is cut instead of an answer */
  readonly loseAnswers: number;
  /** so many of the next transactions are refused with txBadSeq, whatever they hold */
  readonly badSequences: number;
  /** what a place in a ledger costs per operation; undefined: the base fee */
  readonly surge: Surge | undefined;
}

export interface Surge {
  readonly stroopsPerOperation: number;
  /** reject: a lower bid is refused with txInsufficientFee; wait: it is taken, and waits until the surge is over */
  readonly lower: 'reject' | 'wait';
}

export const noFaults: Faults = Object.freeze({
  down: false,
  slowMs: 0,
  halted: false,
  loseTransactions: 0,
  loseAnswers: 0,
  badSequences: 0,
  surge: undefined,
});

const slowMsMax = 60_000;
const countMax = 1_000;

const count = (value: unknown, most: number): number => {
  if (value === undefined) return 0;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > most) throw new TypeError(`a number from 0 to ${most} is needed`);
  return value;
};

const surgeOf = (value: unknown): Surge | undefined => {
  if (value === undefined || value === null) return undefined;
  const { stroopsPerOperation, lower = 'reject' } = value as Partial<Surge>;
  if (lower !== 'reject' && lower !== 'wait') throw new TypeError('lower is reject or wait');
  return { stroopsPerOperation: count(stroopsPerOperation, 1_000_000_000), lower };
};

/** From a request's JSON: what is not named is off. Fails with TypeError. */
export const parseFaults = (json: unknown): Faults => {
  if (typeof json !== 'object' || json === null) throw new TypeError('an object is needed');
  const known = Object.keys(noFaults);
  const unknown = Object.keys(json).find((k) => !known.includes(k));
  if (unknown) throw new TypeError(`no fault is called ${unknown}`);
  const f = json as Record<string, unknown>;
  return Object.freeze({
    down: f.down === true,
    slowMs: count(f.slowMs, slowMsMax),
    halted: f.halted === true,
    loseTransactions: count(f.loseTransactions, countMax),
    loseAnswers: count(f.loseAnswers, countMax),
    badSequences: count(f.badSequences, countMax),
    surge: surgeOf(f.surge),
  });
};

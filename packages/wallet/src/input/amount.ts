/** 1 XLM = 10,000,000 stroops. Amounts are stroops in a bigint everywhere; text appears at the edges only. */
export const stroopsPerXlm = 10_000_000n;

/** The largest amount that a payment can carry: int64, CAP-0001. */
export const amountStroopsMax = 2n ** 63n - 1n;

export type AmountFault = { readonly fault: 'empty' | 'not-a-number' | 'too-precise' | 'not-positive' | 'too-much' };

/** Longer than any amount that exists; what is longer is not read. */
const textLengthMax = 40;

/**
 * Stroops of an amount as people write it: digits, at most one point, at most 7 digits after it. No sign, no exponent, no separators of thousands:
 * `1,500` means two things in two countries, so it is refused instead of guessed.
 */
export function parseXlm(text: string): bigint | AmountFault {
  const trimmed = text.trim();
  if (!trimmed) return { fault: 'empty' };
  const match = trimmed.length <= textLengthMax ? /^(\d+)(?:\.(\d*))?$|^\.(\d+)$/.exec(trimmed) : null;
  if (!match) return { fault: 'not-a-number' };
  const fraction = (match[2] ?? match[3] ?? '').replace(/0+$/, '');
  if (fraction.length > 7) return { fault: 'too-precise' };
  const stroops = BigInt(match[1] ?? '0') * stroopsPerXlm + BigInt(fraction.padEnd(7, '0'));
  return judgeAmount(stroops) ?? stroops;
}

/** Why this many stroops cannot be sent; undefined when they can. */
export function judgeAmount(stroops: bigint): AmountFault | undefined {
  if (stroops <= 0n) return { fault: 'not-positive' };
  if (stroops > amountStroopsMax) return { fault: 'too-much' };
  return undefined;
}

/** Exact, without zeros at the end: `12.5`, `0.0000001`, `-3`. */
export function formatXlm(stroops: bigint): string {
  const magnitude = stroops < 0n ? -stroops : stroops;
  const fraction = (magnitude % stroopsPerXlm).toString().padStart(7, '0').replace(/0+$/, '');
  return `${stroops < 0n ? '-' : ''}${magnitude / stroopsPerXlm}${fraction ? `.${fraction}` : ''}`;
}

/**
 * How much longer than usual tests with random input may search: SIM_BUDGET_SECONDS, which the simulator's sweep uses up, over its usual 60. Other tests are as long as ever.
 * Values that are none count as the usual; the sweep says what is wrong with them.
 */
export function fuzzFactor(environment: Readonly<Record<string, string | undefined>>): number {
  const seconds = Number(environment.SIM_BUDGET_SECONDS ?? 60);
  return seconds > 0 && seconds <= 86_400 ? seconds / 60 : 1;
}

/** Limits of time, which random input may exceed when there is more of it. */
export const stretched = (standard: number, environment: Readonly<Record<string, string | undefined>>): number =>
  Math.ceil(standard * Math.max(1, fuzzFactor(environment)));

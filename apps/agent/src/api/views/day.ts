/** Midnight before `at` in this machine's time zone, `days` later (or before). Days have 23 to 25 hours. */
export function midnight(at: number, days = 0): number {
  const date = new Date(at);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + days).getTime();
}

import { clockMinute, dateName, weekday } from '../strings/format.ts';

export interface Tick {
  /** Index of the slot that it names, or at whose beginning it stands. */
  readonly slot: number;
  readonly text: string;
  readonly strong: boolean;
}

const steps = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440];
const labelPixels = 58;

/** Under bars of days: names of days where seven fit, else a date each week; the last is today. */
export function dayTicks(slots: readonly { readonly start: number; readonly end: number }[], now: number, timeZone: string | undefined, today: string): Tick[] {
  const current = slots.findIndex(({ start, end }) => start <= now && now < end);
  if (slots.length <= 8) {
    return slots.map(({ start }, slot) => ({ slot, text: slot === current ? today : weekday(start, timeZone), strong: slot === current }));
  }
  const ticks: Tick[] = [];
  slots.forEach(({ start }, slot) => {
    if (slot === current) ticks.push({ slot, text: today, strong: true });
    else if (slot % 7 === 0 && (current < 0 || current - slot > 3)) ticks.push({ slot, text: dateName(start, timeZone), strong: false });
  });
  return ticks;
}

/** Where hours or minutes begin, as many as there is room for; midnight tells its date. */
export function timeTicks(slots: readonly { readonly start: number; readonly end: number }[], width: number, timeZone: string | undefined): Tick[] {
  const [first] = slots;
  if (!first || slots.length === 0) return [];
  const perMinute = width / (((slots.at(-1)?.end ?? first.end) - first.start) / 60_000);
  const step = steps.find((minutes) => minutes * perMinute >= labelPixels) ?? 1440;
  return slots.flatMap(({ start }, slot) => {
    const text = clockMinute(start, timeZone);
    const minutes = Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
    if (minutes % step !== 0) return [];
    return [minutes === 0 ? { slot, text: dateName(start, timeZone), strong: true } : { slot, text, strong: false }];
  });
}

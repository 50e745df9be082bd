import { language } from './language.ts';

/** How numbers, sizes, durations and ages are written. One locale for the page: the catalogue's. */
const words = {
  en: {
    locale: 'en-GB',
    under: (what: string) => `under ${what}`,
    ago: (span: string) => `${span} ago`,
    justNow: 'just now',
    second: ['second', 'seconds'],
    minute: ['minute', 'minutes'],
    hour: ['hour', 'hours'],
    day: ['day', 'days'],
    and: (_next: string): string => 'and',
  },
  es: {
    locale: 'es-ES',
    under: (what: string) => `menos de ${what}`,
    ago: (span: string) => `hace ${span}`,
    justNow: 'ahora mismo',
    second: ['segundo', 'segundos'],
    minute: ['minuto', 'minutos'],
    hour: ['hora', 'horas'],
    day: ['día', 'días'],
    // Before the sound of an i: "Bakery e Iglesia", "Bakery y Hielo".
    and: (next: string): string => (/^h?[ií](?![aeou])/i.test(next) ? 'e' : 'y'),
  },
} as const;
const { locale, under, ago, justNow, and, ...units } = words[language];

export { locale, under };

const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
const tenth = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

export const number = (value: number): string => whole.format(value);

/** With one decimal where there is one. */
export const tenths = (value: number): string => tenth.format(value);

export const plural = (count: number, one: string, other: string): string => `${number(count)} ${count === 1 ? one : other}`;

const counted = (count: number, [one, other]: readonly [string, string]): string => plural(count, one, other);

/** A share of 1 as whole per cent; what is there at all never reads 0 %. */
export function percent(share: number): string {
  if (share > 0 && share < 0.01) return under('1 %');
  return `${whole.format(share * 100)} %`;
}

/** For running text: "12 days", "3 hours", "1 minute". Largest unit only, rounded down, since it says how long something has lasted. */
export function lasting(ms: number): string {
  const span = Math.max(0, ms);
  if (span < minute) return counted(Math.floor(span / second), units.second);
  if (span < hour) return counted(Math.floor(span / minute), units.minute);
  if (span < 2 * day) return counted(Math.floor(span / hour), units.hour);
  return counted(Math.floor(span / day), units.day);
}

/** Beside figures: "7 ms", "1.8 s", "42 min", "3 h", "2 days". */
export function short(ms: number): string {
  const span = Math.max(0, ms);
  if (span > 0 && span < 1) return under('1 ms');
  if (span < second) return `${whole.format(span)} ms`;
  if (span < 10 * second) return `${tenth.format(span / second)} s`;
  if (span < 100 * second) return `${whole.format(Math.floor(span / second))} s`;
  if (span < 100 * minute) return `${whole.format(Math.floor(span / minute))} min`;
  if (span < 2 * day) return `${whole.format(Math.floor(span / hour))} h`;
  return lasting(span);
}

/** How old a figure is: "just now", "8 s ago", "2 min ago". A future instant (clocks differ a little) is "just now". */
export function age(ms: number): string {
  if (ms < 2 * second) return justNow;
  if (ms < minute) return ago(`${whole.format(Math.floor(ms / second))} s`);
  if (ms < hour) return ago(`${whole.format(Math.floor(ms / minute))} min`);
  if (ms < 2 * day) return ago(`${whole.format(Math.floor(ms / hour))} h`);
  return ago(lasting(ms));
}

export function bytes(value: number): string {
  if (value < 1000) return `${whole.format(value)} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  let size = value;
  let unit = -1;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit++;
  }
  return `${size < 10 ? tenth.format(size) : whole.format(size)} ${units[unit]}`;
}

export function bandwidth(bitsPerSecond: number): string {
  if (bitsPerSecond < 1e6) return `${whole.format(bitsPerSecond / 1e3)} kbit/s`;
  if (bitsPerSecond < 1e9) return `${bitsPerSecond < 1e7 ? tenth.format(bitsPerSecond / 1e6) : whole.format(bitsPerSecond / 1e6)} Mbit/s`;
  return `${tenth.format(bitsPerSecond / 1e9)} Gbit/s`;
}

const shorter = new Intl.NumberFormat(locale, { notation: 'compact', maximumFractionDigits: 1 });
/** In a chart, where there is room for few characters: "30k", "1.2m"; not "30 mil". */
export const compact = (value: number): string =>
  shorter
    .formatToParts(value)
    .map(({ type, value: part }) => (type === 'compact' ? (shortUnits[part] ?? part.toLowerCase()) : part === '\u00a0' ? '' : part))
    .join('');
const shortUnits: Readonly<Record<string, string>> = { mil: 'k', M: language === 'en' ? 'm' : 'M' };

const clocks = new Map<string, Intl.DateTimeFormat>();
function clockOf(timeZone: string | undefined, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${timeZone ?? ''} ${JSON.stringify(options)}`;
  let format = clocks.get(key);
  if (!format) {
    try {
      format = new Intl.DateTimeFormat(locale, { ...options, ...(timeZone ? { timeZone } : {}) });
    } catch {
      // A zone that this browser does not know: its own is better than none.
      format = new Intl.DateTimeFormat(locale, options);
    }
    // A page meets two zones and ten shapes of time at most.
    if (clocks.size > 16) clocks.clear();
    clocks.set(key, format);
  }
  return format;
}

export const clockMinute = (at: number, timeZone?: string): string => clockOf(timeZone, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(at);
export const clockSecond = (at: number, timeZone?: string): string =>
  clockOf(timeZone, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }).format(at);
export const dayAndMinute = (at: number, timeZone?: string): string =>
  clockOf(timeZone, { weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(at);
/** "Thursday, 24 September". */
export const dayName = (at: number, timeZone?: string): string => clockOf(timeZone, { weekday: 'long', day: 'numeric', month: 'long' }).format(at);
/** "24 Sep". */
export const dateName = (at: number, timeZone?: string): string => clockOf(timeZone, { day: 'numeric', month: 'short' }).format(at);
/** "24 Sep, 14:05". */
export const dateAndMinute = (at: number, timeZone?: string): string =>
  clockOf(timeZone, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(at);
/** "Thu". */
export const weekday = (at: number, timeZone?: string): string => clockOf(timeZone, { weekday: 'short' }).format(at);
/** "Thu, 17 Sep". */
export const weekdayDay = (at: number, timeZone?: string): string => clockOf(timeZone, { weekday: 'short', day: 'numeric', month: 'short' }).format(at);
/** The zone as people see it on their phone: "CET", "GMT+2". */
export function zoneName(at: number, timeZone?: string): string {
  const parts = clockOf(timeZone, { timeZoneName: 'short', hour: '2-digit' }).formatToParts(at);
  return parts.find((part) => part.type === 'timeZoneName')?.value ?? '';
}

/** "Bakery", "Bakery and you", "Hill Farm, Bakery and you". */
export function list(items: readonly string[]): string {
  if (items.length < 2) return items[0] ?? '';
  const last = items.at(-1) ?? '';
  return `${items.slice(0, -1).join(', ')} ${and(last)} ${last}`;
}

let regions: Intl.DisplayNames | undefined;
/** "Germany", by the two letters of ISO 3166. Browsers know the countries; an old one says the letters. */
export function countryName(code: string): string {
  try {
    regions ??= new Intl.DisplayNames(locale, { type: 'region' });
    return regions.of(code) ?? code;
  } catch {
    return code;
  }
}

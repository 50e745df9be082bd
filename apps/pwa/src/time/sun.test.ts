import { describe, expect, it } from 'vitest';
import { daylight } from './sun.ts';

const minutes = 60_000;
const at = (iso: string) => Date.parse(iso);

describe('sunrise and sunset', () => {
  // Published times (timeanddate.com, rounded to the minute); the short NOAA formula is good to a few minutes.
  it.each([
    ['Zurich in autumn', 47.37, 8.54, '2026-09-17T12:00Z', '2026-09-17T05:07Z', '2026-09-17T17:34Z'],
    ['Sydney in its summer', -33.87, 151.21, '2026-12-21T02:00Z', '2026-12-20T18:40Z', '2026-12-21T09:05Z'],
    ['Quito at the equinox', -0.18, -78.47, '2026-03-20T17:00Z', '2026-03-20T11:18Z', '2026-03-20T23:25Z'],
  ])('%s', (_where, lat, lon, noonish, rise, set) => {
    const sun = daylight(lat, lon, at(noonish));
    if (sun.at !== 'sun') throw new Error(`expected a sunrise, got ${sun.at}`);
    expect(Math.abs(sun.rise - at(rise))).toBeLessThan(4 * minutes);
    expect(Math.abs(sun.set - at(set))).toBeLessThan(4 * minutes);
    expect(sun.noon).toBeGreaterThan(sun.rise);
  });

  it('the far north has neither in midsummer nor in midwinter', () => {
    expect(daylight(69.65, 18.96, at('2026-06-21T11:00Z'))).toEqual({ at: 'midnight-sun' });
    expect(daylight(69.65, 18.96, at('2026-12-21T11:00Z'))).toEqual({ at: 'polar-night' });
  });

  it('is the same day wherever in the day one asks', () => {
    const early = daylight(47.37, 8.54, at('2026-06-01T09:00Z'));
    const late = daylight(47.37, 8.54, at('2026-06-01T15:00Z'));
    expect(late).toEqual(early);
  });
});

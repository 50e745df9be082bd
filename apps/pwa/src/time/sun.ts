const dayMs = 86_400_000;
const radians = Math.PI / 180;

export type Daylight =
  /** Unix milliseconds of sunrise and sunset around the local noon asked for. */
  { at: 'sun'; rise: number; noon: number; set: number } | { at: 'midnight-sun' } | { at: 'polar-night' };

/**
 * Sunrise, solar noon and sunset of the day around `noonish` (any instant near local noon), good to about two minutes.
 * Source: NOAA Global Monitoring Division, "General Solar Position Calculations"; works offline, from the node's position alone.
 * Latitude and longitude in degrees, north and east positive.
 */
export function daylight(lat: number, lon: number, noonish: number): Daylight {
  const year = new Date(noonish).getUTCFullYear();
  const dayOfYear = Math.floor((noonish - Date.UTC(year, 0, 1)) / dayMs) + 1;
  const gamma = ((2 * Math.PI) / 365) * (dayOfYear - 1);
  const equationOfTimeMinutes =
    229.18 * (0.000075 + 0.001868 * Math.cos(gamma) - 0.032077 * Math.sin(gamma) - 0.014615 * Math.cos(2 * gamma) - 0.040849 * Math.sin(2 * gamma));
  const declination =
    0.006918 -
    0.399912 * Math.cos(gamma) +
    0.070257 * Math.sin(gamma) -
    0.006758 * Math.cos(2 * gamma) +
    0.000907 * Math.sin(2 * gamma) -
    0.002697 * Math.cos(3 * gamma) +
    0.00148 * Math.sin(3 * gamma);
  // 90.833 degrees: the sun's upper edge on the horizon, with refraction.
  const hourAngleCos = Math.cos(90.833 * radians) / (Math.cos(lat * radians) * Math.cos(declination)) - Math.tan(lat * radians) * Math.tan(declination);
  if (hourAngleCos < -1) return { at: 'midnight-sun' };
  if (hourAngleCos > 1) return { at: 'polar-night' };
  const halfDayMinutes = (4 * Math.acos(hourAngleCos)) / radians;
  const noonMinutesUtc = 720 - 4 * lon - equationOfTimeMinutes;
  // Solar noon of some day is at most half a day from the instant asked for.
  const midnight = Math.floor(noonish / dayMs) * dayMs;
  let noon = midnight + noonMinutesUtc * 60_000;
  noon += Math.round((noonish - noon) / dayMs) * dayMs;
  return { at: 'sun', rise: noon - halfDayMinutes * 60_000, noon, set: noon + halfDayMinutes * 60_000 };
}

/**
 * Simulated household power, in watts, at an instant: a base load, a fridge that cycles, morning and evening peaks,
 * and for a donor the sun on its roof. Deterministic in (seed, instant), so that two runs agree.
 */
export interface Reading {
  readonly consumptionW: number;
  readonly generationW: number;
}

export function readingAt(unixMs: number, seed: number, solarPeakW: number): Reading {
  const date = new Date(unixMs);
  const hour = date.getHours() + date.getMinutes() / 60 + date.getSeconds() / 3600;
  const base = 90 + (seed % 7) * 12;
  const fridge = Math.sin((unixMs / 60_000 + seed * 13) / 3.2) > 0.3 ? 110 : 0;
  const morning = bump(hour, 7.3 + (seed % 3) * 0.3, 1.1) * 900;
  const evening = bump(hour, 19 + (seed % 5) * 0.25, 2) * 1400;
  const kettle = hour > 6 && hour < 23 && noise(seed, Math.floor(unixMs / 180_000)) > 0.93 ? 1900 : 0;
  const flicker = noise(seed + 1, Math.floor(unixMs / 5000)) * 40;
  const cloud = 0.65 + 0.35 * noise(seed + 2, Math.floor(unixMs / 240_000));
  const sun = Math.max(0, Math.sin(((hour - 6.5) / 12) * Math.PI)) ** 1.4;
  return { consumptionW: Math.round(base + fridge + morning + evening + kettle + flicker), generationW: Math.round(solarPeakW * sun * cloud) };
}

const bump = (hour: number, centre: number, width: number): number => Math.exp(-(((hour - centre) / width) ** 2));

/** Uniform in [0, 1) for a pair of integers. */
function noise(seed: number, step: number): number {
  let x = (Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(step | 0, 0x85ebca6b)) >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d) >>> 0;
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b) >>> 0;
  return ((x ^ (x >>> 16)) >>> 0) / 2 ** 32;
}

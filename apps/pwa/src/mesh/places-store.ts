import { type Arrangement, placesMax } from './arrange.ts';

const prefix = 'energymesh.places.';

/** Where the viewer left the nodes, per node whose page it is. */
export function readPlaces(self: string): Arrangement | undefined {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(prefix + self) ?? 'null');
    return isArrangement(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function keepPlaces(self: string, arrangement: Arrangement): void {
  if (Object.keys(arrangement.places).length > placesMax) return;
  try {
    localStorage.setItem(prefix + self, JSON.stringify(arrangement));
  } catch {
    // Full or refused: the next visit arranges afresh.
  }
}

function isArrangement(value: unknown): value is Arrangement {
  if (typeof value !== 'object' || value === null || !('kind' in value) || !('places' in value) || !('moved' in value)) return false;
  const { kind, places, moved } = value;
  if ((kind !== 'force' && kind !== 'radial') || !Array.isArray(moved) || typeof places !== 'object' || places === null) return false;
  if (kind === 'radial' && !('rings' in value && typeof value.rings === 'object' && value.rings !== null)) return false;
  return Object.values(places).every((place) => Array.isArray(place) && place.length === 2 && place.every(Number.isFinite));
}

export interface Position {
  readonly lat: number;
  readonly lon: number;
}

/** Coordinates as people have them: "50.7312, 7.1024", "50,7312 7,1024", "50.73° N, 7.10° E", "geo:…", or a link of a map. Undefined: none. */
export function parsePosition(typed: string): Position | undefined {
  const text = typed.trim();
  const number = '([+-]?\\d{1,3}(?:[.,]\\d+)?)';
  const forms = [
    new RegExp(`^geo:${number},${number}`, 'i'),
    // Google's place, then its view; OpenStreetMap's mark, then its view.
    /!3d(-?\d+\.\d+)!4d(-?\d+\.\d+)/,
    /@(-?\d+\.\d+),(-?\d+\.\d+)/,
    /[?&]mlat=(-?\d+\.\d+)&mlon=(-?\d+\.\d+)/,
    /#map=\d+(?:\.\d+)?\/(-?\d+\.\d+)\/(-?\d+\.\d+)/,
    /[?&](?:q|ll|query)=(-?\d+\.\d+),(-?\d+\.\d+)/,
    new RegExp(`^${number}\\s*°?\\s*([NS])?\\s*[,;\\s]\\s*${number}\\s*°?\\s*([EWO])?$`, 'i'),
  ];
  for (const form of forms) {
    const match = form.exec(text);
    if (!match) continue;
    const [first = '', second = ''] = match.slice(1).filter((part) => part !== undefined && /\d/.test(part));
    const sides = match
      .slice(1)
      .filter((part) => part !== undefined && /^[NSEWO]$/i.test(part))
      .map((part) => part.toUpperCase());
    const lat = value(first) * (sides.includes('S') ? -1 : 1);
    const lon = value(second) * (sides.includes('W') ? -1 : 1);
    if (Math.abs(lat) <= 90 && Math.abs(lon) <= 180) return rounded({ lat, lon });
  }
  return undefined;
}

const value = (text: string): number => Number(text.replace(',', '.'));

/** Five digits are a metre. */
export const rounded = ({ lat, lon }: Position): Position => ({ lat: Math.round(lat * 1e5) / 1e5, lon: Math.round(lon * 1e5) / 1e5 });

export const shown = ({ lat, lon }: Position): string => `${lat}, ${lon}`;
